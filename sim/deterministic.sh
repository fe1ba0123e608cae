#!/bin/bash
# One seed, one history: two runs say the same to the byte, and another seed says something else.
set -eu
first=$("$1" --seed 7)
second=$("$1" --seed 7)
other=$("$1" --seed 8)
[ "$first" = "$second" ] || { diff <(echo "$first") <(echo "$second"); exit 1; }
[ "$(tail -n1 <<<"$first")" != "$(tail -n1 <<<"$other")" ] || { echo "two seeds, one transcript"; exit 1; }
grep -q '^transcript 0x' <<<"$first"
echo "$first"
echo "cases: 3 ran, 0 skipped"
