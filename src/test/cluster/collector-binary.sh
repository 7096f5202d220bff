#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds the OpenTelemetry collector that the tests of --sink otlp send to, once, from collector/main.go and the
# module versions beside it, into a cache folder outside of the checkout that is keyed by these files:
#
#   ${XDG_CACHE_HOME:-$HOME/.cache}/logroute/collector-<key>/collector
#
#   collector-binary.sh                   builds it when it is not there
#   collector-binary.sh --print-folder    prints the folder and builds nothing
#
# It appears in the folder whole or not at all. Exit 2 with one sentence when something is missing.
set -eu
here=$(cd "$(dirname "$0")/collector" && pwd)

fail() { echo "collector-binary: $*" >&2; exit 2; }

hash_of_stdin() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum; else shasum -a 256; fi | cut -c1-16
}

folder="${XDG_CACHE_HOME:-$HOME/.cache}/logroute/collector-$(cat "$here/go.mod" "$here/go.sum" "$here/main.go" | hash_of_stdin)"
if [ "${1:-}" = --print-folder ]; then echo "$folder"; exit 0; fi
# Maven's -DskipTests: no tests, no program for them.
[ "${SKIP_TESTS:-false}" = false ] || exit 0
[ ! -x "$folder/collector" ] || exit 0
command -v go >/dev/null 2>&1 ||
  fail "no go on the PATH: the tests of --sink otlp run an OpenTelemetry collector, which is built with Go 1.25 or later; install it, or leave these tests out with -DskipITs"

mkdir -p "$folder"
tmp="$folder/.collector.$$"
trap 'rm -f "$tmp"' EXIT
echo "collector-binary: building an OpenTelemetry collector, once; about 2 minutes on 2 cores" >&2
(cd "$here" && CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$tmp" .) || fail "go could not build the collector, see above"
mv "$tmp" "$folder/collector"
