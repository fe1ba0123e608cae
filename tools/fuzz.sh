#!/bin/bash
# Fuzzes targets one after another with libFuzzer, ASan and UBSan: tools/fuzz.sh [--seconds N] [--list] [TARGET...]
# Without a target: all of them. Corpora live in build-fuzz/corpus/TARGET, begun with generated seeds and the
# kept crashes; what a run finds stays there. A crash is copied to fuzz/crashes/TARGET/ and makes the exit
# status 1. Prints a line per target: executions, seconds, edges covered, findings.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${BUILD:-build-fuzz}
seconds=60
list=
while [ $# -gt 0 ]; do
  case $1 in
    --seconds) seconds=$2; shift 2 ;;
    --list) list=1; shift ;;
    -*) echo "fuzz: unknown option $1; hint: tools/fuzz.sh [--seconds N] [--list] [TARGET...]" >&2; exit 64 ;;
    *) break ;;
  esac
done
command -v clang++-19 >/dev/null || { echo "fuzz: hint: apt-get install clang-19" >&2; exit 1; }

cmake -S . -B "$build" -G Ninja -DCLOISTER_FUZZ=ON -DCMAKE_CXX_COMPILER=clang++-19 \
  -DCMAKE_C_COMPILER=clang-19 >"$build.configure.log" 2>&1 || { cat "$build.configure.log"; exit 1; }
cmake --build "$build" -j "${JOBS:-$(nproc)}" --target cloister-fuzz cloister-fuzz-corpus >"$build.log" 2>&1 ||
  { tail -n 40 "$build.log"; exit 1; }

export CLOISTER_SHARED=${CLOISTER_SHARED:-$PWD/../shared}
# The memory meter has an operator new of its own, and libFuzzer's runtime has the sanitizer's.
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:allocator_may_return_null=1:alloc_dealloc_mismatch=0}
all=$("$build/bin/cloister-fuzz-corpus")
if [ -n "$list" ]; then awk '{print $1}' <<<"$all"; exit 0; fi
[ $# -gt 0 ] || mapfile -t names < <(awk '{print $1}' <<<"$all")
[ $# -eq 0 ] || names=("$@")

status=0
for name in "${names[@]}"; do
  largest=$(awk -v name="$name" '$1 == name {print $2}' <<<"$all")
  [ -n "$largest" ] || { echo "fuzz: no target $name; hint: --list" >&2; exit 64; }
  corpus=$build/corpus/$name found=$build/found/$name log=$build/$name.log
  mkdir -p "$corpus" "$found"
  "$build/bin/cloister-fuzz-corpus" "$name" "$corpus"
  [ ! -d "fuzz/crashes/$name" ] || cp fuzz/crashes/"$name"/* "$corpus/"
  verdict=clean
  CLOISTER_FUZZ_TARGET=$name "$build/bin/cloister-fuzz" -max_total_time="$seconds" -max_len="$largest" \
    -timeout=25 -rss_limit_mb=3072 -print_final_stats=1 -artifact_prefix="$found/" "$corpus" \
    >"$log" 2>&1 || verdict=finding
  if [ "$verdict" = finding ]; then
    status=1
    mkdir -p "fuzz/crashes/$name"
    find "$found" -type f -exec cp {} "fuzz/crashes/$name/" \;
    echo "fuzz: $name: see $log; hint: mend it and commit fuzz/crashes/$name/ with the fix" >&2
  fi
  awk -v name="$name" -v verdict="$verdict" -v seconds="$seconds" '
    /stat::number_of_executed_units/ {runs = $2}
    / cov: / {for (i = 1; i < NF; ++i) if ($i == "cov:") edges = $(i + 1)}
    END {printf "%-16s %10d executions  %5d s  %6d edges  %s\n", name, runs, seconds, edges, verdict}' "$log"
done
exit "$status"
