#!/bin/bash
# run.sh BUILD_FOLDER PEER: installs the pinned packages into BUILD_FOLDER once, then compares.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$1
peer=$2
command -v node >/dev/null && command -v npm >/dev/null || { echo "skipped: no node"; exit 77; }

mkdir -p "$build"
if ! cmp -s "$here/package-lock.json" "$build/installed-lock.json"; then
  cp "$here/package.json" "$here/package-lock.json" "$build/"
  (cd "$build" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) ||
    { echo "skipped: npm ci failed"; exit 77; }
  cp "$here/package-lock.json" "$build/installed-lock.json"
fi
cp "$here/interop.mjs" "$build/interop.mjs"  # node looks for packages beside the script
exec node "$build/interop.mjs" "$peer"
