#!/bin/bash
# npm.sh FOLDER BUILD_FOLDER SCRIPT ARGUMENTS...: installs the packages that FOLDER pins into
# BUILD_FOLDER once, then runs FOLDER/SCRIPT with node. 77 where node or the packages cannot be had.
set -euo pipefail
here=$1
build=$2
script=$3
shift 3
skip() { echo "skipped: $1"; echo "cases: 0 ran, 1 skipped"; exit 77; }
command -v node >/dev/null && command -v npm >/dev/null || skip "no node"

mkdir -p "$build"
if ! cmp -s "$here/package-lock.json" "$build/installed-lock.json"; then
  cp "$here/package.json" "$here/package-lock.json" "$build/"
  (cd "$build" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) ||
    skip "npm ci failed"
  cp "$here/package-lock.json" "$build/installed-lock.json"
fi
cp "$here/$script" "$build/$script"  # node looks for packages beside the script
exec node "$build/$script" "$@"
