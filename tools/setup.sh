#!/bin/bash
# Installs what the build needs and is missing, on Debian 12, and says what it does. With everything in
# place it runs nothing and takes a moment. The packages and their oldest good versions are in versions.txt;
# `setup.sh check` adds those of versions-check.txt, which `make check` and `make fuzz` alone need.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export DEBIAN_FRONTEND=noninteractive

say() { printf 'setup: %s\n' "$*" >&2; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo --preserve-env=DEBIAN_FRONTEND "$@"
  else
    say "'$*' needs root; hint: run 'make setup' as root once, or install sudo"
    exit 1
  fi
}

lists=("$here/versions.txt")
[ "${1:-}" = check ] && lists+=("$here/versions-check.txt")
wanted() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "${lists[@]}"; }

installed_versions() { # NAME VERSION of every installed package that versions.txt names
  # shellcheck disable=SC2046
  dpkg-query -W -f '${Package} ${Version} ${db:Status-Status}\n' $(wanted | awk '{print $1}') \
    2>/dev/null | awk '$3 == "installed" {print $1, $2}'
}

missing_packages() {
  awk 'FILENAME == ARGV[1] {have[$1] = 1; next} !($1 in have) {print $1}' \
    <(installed_versions || true) <(wanted)
  command -v node >/dev/null || echo nodejs
  # nodejs from elsewhere (NodeSource) brings its own npm.
  command -v npm >/dev/null || echo npm
  recent_rust || printf '%s\n' rustc-web cargo-web
}

recent_rust() { # wasmtime asks for Rust 1.95
  local rustc minor
  for rustc in rustc /usr/bin/rustc; do
    minor=$("$rustc" --version 2>/dev/null | sed -n 's/^rustc 1\.\([0-9]*\)\..*/\1/p') || true
    [ "${minor:-0}" -ge 95 ] && return 0
  done
  return 1
}

install_missing() {
  local missing
  mapfile -t missing < <(missing_packages)
  [ "${#missing[@]}" -eq 0 ] && return
  command -v apt-get >/dev/null || {
    say "missing: ${missing[*]}; hint: this script knows Debian 12, install their like by hand"
    exit 1
  }
  say "installing ${missing[*]}"
  as_root apt-get update -q >&2
  as_root apt-get install -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 \
    "${missing[@]}" >&2 </dev/null || {
    say "apt-get could not install: ${missing[*]}"
    say "hint: these names are Debian 12's; is the machine online and on bookworm?"
    exit 1
  }
}

check_versions() { # An older version may still work, so this warns and does not stop.
  local name have oldest
  while read -r name have oldest; do
    dpkg --compare-versions "$have" ge "$oldest" ||
      say "$name is $have, tested from $oldest on; hint: apt-get install $name"
  done < <(awk 'FILENAME == ARGV[1] {have[$1] = $2; next} $1 in have {print $1, have[$1], $2}' \
    <(installed_versions || true) <(wanted))
}

install_missing
check_versions
if [ -f "$here/wasmtime/build.sh" ]; then
  sh "$here/wasmtime/build.sh" >/dev/null
fi
if [ -f "$here/fetch-data.sh" ]; then
  # The data set serves the demo alone; a machine without a network still builds and tests.
  sh "$here/fetch-data.sh" >/dev/null ||
    say "the demo's data set could not be fetched; build and tests do not need it"
fi
