#!/bin/bash
# How many minutes a clean build of everything takes, ccache off, in a folder of its own. wasmtime's
# library is made once per machine (make setup) and not part of it.
set -euo pipefail
source=$(cd "$(dirname "$0")/.." && pwd)
jobs=${JOBS:-$(nproc)}
folder=$(mktemp -d "${TMPDIR:-/tmp}/cloister-time-build-XXXXXX")
trap 'rm -rf "$folder"' EXIT
export CCACHE_DISABLE=1

"$source/tools/setup.sh"
load=$(cut -d' ' -f1 /proc/loadavg)
start=$(date +%s.%N)
for step in "cmake -S $source -B $folder/build -G Ninja -DCMAKE_BUILD_TYPE=Release" \
            "cmake --build $folder/build -j $jobs"; do
  $step >"$folder/log" 2>&1 || { tail -n 40 "$folder/log" >&2; exit 1; }
done
end=$(date +%s.%N)
awk -v s="$start" -v e="$end" -v j="$jobs" -v l="$load" 'BEGIN {
  printf "clean build: %.1f minutes (%s jobs, load before: %s; goal: 10)\n", (e - s) / 60, j, l }'
