#!/bin/sh
# After ctest: what each program said of the cases that it ran. Usage: cases.sh BUILD
log=$1/Testing/Temporary/LastTest.log
# While ctest runs its last commands, the log still has its working name.
[ -f "$log.tmp" ] && log=$log.tmp
[ -f "$log" ] || exit 0
awk '
  /^[0-9]+\/[0-9]+ Testing: / { name = $3 }
  /^cases: [0-9]+ ran, [0-9]+ skipped/ { ran[name] = $2; skipped[name] = $4; total += $2; left += $4 }
  END {
    for (name in ran) printf "  %-20s %9d ran %6d skipped\n", name, ran[name], skipped[name] | "sort"
    close("sort")
    printf "Cases: %d ran, %d skipped\n", total, left
  }' "$log"
