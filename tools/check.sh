#!/bin/sh
# Formatting of every source and clang-tidy over what the build folder compiled. Usage: check.sh BUILD
set -eu
cd "$(dirname "$0")/.."
build=${1:-build}
command -v clang-format-19 >/dev/null && command -v clang-tidy-19 >/dev/null || {
  echo "check: hint: apt-get install clang-format-19 clang-tidy-19" >&2
  exit 1
}
sources() { find src app sim fuzz test bench -name '*.[ch]pp' | sort; }
sources | xargs clang-format-19 --dry-run --Werror
sources | grep '\.cpp$' | xargs -P "$(nproc)" -n 4 clang-tidy-19 --quiet -p "$build"
