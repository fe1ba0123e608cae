#!/bin/bash
# `make check`: everything that is too long for `make test`. Usage: check.sh [-n] [STAGE...]
#   STAGE   of the list below; none given: all, in this order
#   -n      names the stages and ends
# Each stage writes build-check/STAGE.log. A stage that fails does not stop the others; the table at the end
# tells. Wanted time: 40 minutes on two cores with a warm compiler cache.
set -uo pipefail
cd "$(dirname "$0")/.."
jobs=$(nproc)
out=$PWD/build-check
stages=(
  "format  every source as clang-format-19 would write it"
  "clang   built by clang 19 with ASan and UBSan, all of ctest"
  "threads the programs that have threads, under TSan"
  "tidy    clang-tidy 19 over every source"
  "enclave built again in a second folder: the same bytes"
  "mutate  each defence of docs/SECURITY.md broken once: its test fails"
  "kill    1000 points of kill -9"
  "sim     20000 seeds of the simulator's swarm"
  "fuzz    libFuzzer, 20 seconds for each target"
)

sources() { find src app sim fuzz test bench contracts -name '*.[ch]pp' -not -path '*/node_modules/*' | sort; }

configure() { # DIR OPTION...
  local dir=$1
  shift
  cmake -S . -B "$dir" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER=clang-19 \
    -DCMAKE_CXX_COMPILER=clang++-19 -DCLOISTER_ENCLAVE_PROGRAM="$PWD/build/bin/cloister-enclave" "$@"
}

format() { sources | xargs clang-format-19 --dry-run --Werror; }

clang() {
  configure build-check/clang -DCLOISTER_SANITIZE=address,undefined &&
    cmake --build build-check/clang -j "$jobs" &&
    ctest --test-dir build-check/clang -j "$jobs" --output-on-failure
}

threads() {
  local tests=(cloister_io_test cloister_app_enclave_test)
  configure build-check/threads -DCLOISTER_SANITIZE=thread &&
    cmake --build build-check/threads -j "$jobs" --target "${tests[@]}" &&
    ctest --test-dir build-check/threads -R '^(io|app_enclave)$' --output-on-failure
}

# Over the commands of clang's build, so that its own precompiled headers and flags are meant.
tidy() {
  [ -f build-check/clang/compile_commands.json ] || configure build-check/clang -DCLOISTER_SANITIZE=address,undefined || return
  sources | grep '\.cpp$' | grep -v -e '^contracts/' |
    xargs -P "$jobs" -n 8 clang-tidy-19 --quiet --warnings-as-errors='*' -p build-check/clang
}

enclave() {
  local second
  second=$(mktemp -d /tmp/cloister-second-XXXXXX) || return
  git ls-files -z | tar -c --null -T - | tar -x -C "$second" &&
    cmake -S "$second" -B "$second/build" -G Ninja -DCMAKE_BUILD_TYPE=Release &&
    cmake --build "$second/build" -j "$jobs" --target cloister-enclave &&
    sha256sum build/bin/cloister-enclave "$second/build/bin/cloister-enclave" &&
    cmp build/bin/cloister-enclave "$second/build/bin/cloister-enclave"
  local status=$?
  rm -rf "$second"
  return $status
}

mutate() { tools/mutate/run.sh; }
kill_points() { CLOISTER_KILL_POINTS=1000 ctest --test-dir build -L kill --timeout 1800 --output-on-failure; }
sim() { build/bin/cloister-sim swarm --seeds 20000; }
fuzz() { tools/fuzz.sh --seconds 20; }

main() {
  [ "${1:-}" = -n ] && { printf '%s\n' "${stages[@]}"; exit 0; }
  local wanted=("$@") failed=0 line name words log start status table=""
  [ ${#wanted[@]} -gt 0 ] || mapfile -t wanted < <(printf '%s\n' "${stages[@]}" | awk '{print $1}')
  tools/setup.sh check || exit 1
  make -s build || exit 1
  mkdir -p "$out"
  for name in "${wanted[@]}"; do
    line=$(printf '%s\n' "${stages[@]}" | grep "^$name ") || {
      echo "check: no stage '$name'; hint: tools/check.sh -n names them" >&2
      exit 2
    }
    words=${line#"$name"}
    log=$out/$name.log
    echo "check: $name -${words##  }" | tr -s ' ' >&2
    start=$SECONDS
    command=$name
    [ "$name" = kill ] && command=kill_points
    "$command" >"$log" 2>&1 </dev/null
    status=$?
    if [ $status -ne 0 ]; then
      failed=1
      tail -n 40 "$log" >&2
    fi
    table+=$(printf '%-8s %-6s %5d s  %s' "$name" "$([ $status -eq 0 ] && echo held || echo FAILED)" \
      $((SECONDS - start)) "$(grep -E '^cases: |^Cases: |tests passed' "$log" | tail -n 1)")$'\n'
  done
  printf '%s' "$table"
  exit $failed
}
main "$@"
