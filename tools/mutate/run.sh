#!/bin/bash
# Breaks each defence that mutations.txt names, one line each, and shows which test fails for it.
# Usage: run.sh [-n] [DEFENCE...]
#   -n        builds nothing: checks that every mutation still finds its line, and that docs/SECURITY.md lists
#             the same defences
#   DEFENCE   only these; none given: all
# A defence whose test passes without it is an error. The patched file is put back at once, and at any signal.
# Builds in build-check/mutate, where the compiler's cache makes an unpatched build a matter of seconds.
set -uo pipefail
cd "$(dirname "$0")/../.."
list=tools/mutate/mutations.txt
build=$PWD/build-check/mutate
patched='' saved=''

put_back() {
  # Newer than what was built from the broken line, or ninja would keep that.
  [ -n "$patched" ] && mv "$saved" "$patched" && touch "$patched"
  patched=''
}
trap put_back EXIT
trap 'exit 130' INT TERM HUP

field() { # NAME of the stanza in $stanza
  printf '%s\n' "$stanza" | sed -n "s/^$1: //p"
}

names() { sed -n 's/^defence: //p' "$list"; }

read_stanza() { # DEFENCE
  stanza=$(awk -v want="defence: $1" 'BEGIN {RS = ""; FS = "\n"} $1 == want' "$list")
  [ -n "$stanza" ] || {
    echo "mutate: no defence '$1'; hint: $list has their names" >&2
    return 1
  }
  file=$(field file) from=$(field from) to=$(field to) target=$(field test) filter=$(field filter)
  [ "$(grep -cF -- "$from" "$file")" = 1 ] || {
    echo "mutate: $1: not exactly one line of $file has: $from" >&2
    return 1
  }
}

check_list() {
  local failed=0 name listed
  for name in $(names); do read_stanza "$name" || failed=1; done
  listed=$(sed -n 's/^| `\([a-z-]*\)` |.*/\1/p' docs/SECURITY.md | sort)
  diff <(names | sort) <(printf '%s\n' "$listed") >&2 || {
    echo "mutate: docs/SECURITY.md (>) and $list (<) name different defences" >&2
    failed=1
  }
  echo "cases: $(names | wc -l) ran, 0 skipped"
  return $failed
}

break_line() { # replaces $from by $to, literally, in $file
  saved=$(mktemp "$file.XXXXXX")
  cp -p "$file" "$saved"
  patched=$file
  FROM=$from TO=$to awk '{
    at = index($0, ENVIRON["FROM"])
    if (at) $0 = substr($0, 1, at - 1) ENVIRON["TO"] substr($0, at + length(ENVIRON["FROM"]))
    print
  }' "$saved" > "$file"
}

build_test() {
  cmake --build "$build" --target "cloister_${target}_test" -j "$(nproc)" > "$build/mutate.log" 2>&1 || {
    grep -E 'error|FAILED' "$build/mutate.log" | head -n 5 >&2
    echo "mutate: $name does not build; hint: $build/mutate.log" >&2
    return 1
  }
}

run_test() {
  (cd "$build" && CLOISTER_BIN=$build/bin CLOISTER_SOURCE=$PWD CLOISTER_SHARED=${CLOISTER_SHARED:-$OLDPWD/../shared} \
    timeout 300 "test-bin/cloister_${target}_test" --gtest_brief=1 --gtest_filter="$filter" > mutate.log 2>&1)
}

failing() {
  sed -n 's/^\[  FAILED  \] \([A-Za-z0-9_./]*\).*/\1/p' "$build/mutate.log" | sort -u | tr '\n' ' '
}

try_defence() {
  read_stanza "$name" || return 1
  build_test || return 1
  run_test || {
    echo "mutate: $name: $target $filter fails before anything is broken" >&2
    return 1
  }
  if grep -q '^cases: 0 ran' "$build/mutate.log"; then
    echo "mutate: $name: no test of $target is called $filter" >&2
    return 1
  fi
  break_line
  build_test
  local built=$? caught='' status=0
  if [ $built -eq 0 ]; then
    run_test
    status=$?
    caught=$(failing)
    [ $status -gt 1 ] && caught="$caught(stopped with status $status)"
  fi
  put_back
  [ $built -eq 0 ] || return 1
  printf '%s\n  %s\n  - %s\n  + %s\n' "$name" "$file" "$from" "$to"
  if [ $status -eq 0 ]; then
    echo "  NOT CAUGHT by $target $filter"
    return 1
  fi
  echo "  fails: $target: $caught"
}

main() {
  if [ "${1:-}" = -n ]; then
    check_list
    exit
  fi
  local wanted=("$@") failed=0
  [ ${#wanted[@]} -gt 0 ] || mapfile -t wanted < <(names)
  mkdir -p "$build"
  cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release > "$build/configure.log" 2>&1 || {
    tail -n 5 "$build/configure.log" >&2
    exit 1
  }
  for name in "${wanted[@]}"; do try_defence || failed=1; done
  [ $failed -eq 0 ] && echo "mutate: ${#wanted[@]} defences broken, each noticed"
  exit $failed
}
main "$@"
