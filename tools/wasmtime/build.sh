#!/bin/sh
# Builds wasmtime's static library once and prints the folder that holds it:
#   <cache>/wasmtime-<version>-<key>/{include/,libcloister_wasmtime.a}
# The key covers this folder's files and the compiler, so that a stale library is never linked. Two
# builds at the same time wait for each other. Paths of this machine do not reach the archive.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cache=${CLOISTER_CACHE:-$HOME/.cache/cloister}
version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$here/Cargo.toml" | head -n 1)

recent() { # is $1 a rustc of at least 1.95, which wasmtime 48 asks for?
  minor=$("$1" --version 2>/dev/null | sed -n 's/^rustc 1\.\([0-9]*\)\..*/\1/p')
  [ -n "$minor" ] && [ "$minor" -ge 95 ]
}
if recent rustc; then
  rustc=$(command -v rustc) cargo=$(command -v cargo)
elif recent /usr/bin/rustc; then
  rustc=/usr/bin/rustc cargo=/usr/bin/cargo
else
  echo "wasmtime needs rustc 1.95 or newer; hint: apt-get install rustc-web cargo-web" >&2
  exit 1
fi

key=$( (cd "$here" && cat build.sh build.rs Cargo.toml Cargo.lock src/lib.rs; "$rustc" --version) |
  sha256sum | cut -c 1-12)
home=$cache/wasmtime-$version-$key
if [ ! -f "$home/libcloister_wasmtime.a" ]; then
  mkdir -p "$cache"
  exec 9>"$cache/wasmtime.lock"
  flock 9
fi
if [ ! -f "$home/libcloister_wasmtime.a" ]; then
  echo "building wasmtime $version once into $home (about three minutes)" >&2
  work=$home.building
  rm -rf "$work"
  mkdir -p "$work/include"
  remap="--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo"
  remap="$remap --remap-path-prefix=$work=/build --remap-path-prefix=$here=/wasmtime"
  RUSTC=$rustc RUSTFLAGS=$remap CARGO_INCREMENTAL=0 CLOISTER_WASMTIME_INCLUDE=$work/include \
    CFLAGS="-ffile-prefix-map=${CARGO_HOME:-$HOME/.cargo}=/cargo -ffile-prefix-map=$work=/build" \
    "$cargo" build --release --locked --manifest-path "$here/Cargo.toml" \
    --target-dir "$work/target" >&2
  mv "$work/target/release/libcloister_wasmtime.a" "$work/"
  rm -rf "$work/target"
  mv "$work" "$home"
fi
echo "$home"
