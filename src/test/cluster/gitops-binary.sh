#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds the program that runs the health checks of manifests/gitops, once: gitops/main.go with the interpreters that
# Argo CD and Flux have in them, from the module versions in gitops/go.mod and gitops/go.sum, into a cache folder
# outside of the checkout:
#
#   ${XDG_CACHE_HOME:-$HOME/.cache}/logroute/gitops-<key>/gitops
#
#   gitops-binary.sh                   builds it when it is not there
#   gitops-binary.sh --print-folder    prints the folder and builds nothing
#
# It appears in the folder whole or not at all. Exit 2 with one sentence when something is missing.
set -eu
here=$(cd "$(dirname "$0")/gitops" && pwd)

fail() { echo "gitops-binary: $*" >&2; exit 2; }

hash_of_stdin() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum; else shasum -a 256; fi | cut -c1-16
}

folder="${XDG_CACHE_HOME:-$HOME/.cache}/logroute/gitops-$(cat "$here/go.mod" "$here/go.sum" "$here/main.go" | hash_of_stdin)"
if [ "${1:-}" = --print-folder ]; then echo "$folder"; exit 0; fi
# Maven's -DskipTests: no tests, no program for them.
[ "${SKIP_TESTS:-false}" = false ] || exit 0
[ ! -x "$folder/gitops" ] || exit 0
command -v go >/dev/null 2>&1 ||
  fail "no go on the PATH: the health checks of manifests/gitops are tried with interpreters that are built with Go 1.21 or later; install it, or leave these tests out with -DskipITs"

mkdir -p "$folder"
tmp="$folder/.gitops.$$"
trap 'rm -f "$tmp"' EXIT
echo "gitops-binary: building gopher-lua and cel-go, once; about half a minute on 2 cores" >&2
(cd "$here" && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o "$tmp" .) || fail "go could not build them, see above"
mv "$tmp" "$folder/gitops"
