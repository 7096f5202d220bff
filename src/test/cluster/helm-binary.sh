#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds the Helm that the chart's tests run, once, from the module versions in helm/go.mod and
# helm/go.sum, into a cache folder outside of the checkout that is keyed by these two files:
#
#   ${XDG_CACHE_HOME:-$HOME/.cache}/logroute/helm-<key>/helm
#
#   helm-binary.sh                   builds it when it is not there
#   helm-binary.sh --print-folder    prints the folder and builds nothing
#
# It appears in the folder whole or not at all. Exit 2 with one sentence when something is missing.
set -eu
here=$(cd "$(dirname "$0")/helm" && pwd)

fail() { echo "helm-binary: $*" >&2; exit 2; }

hash_of_stdin() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum; else shasum -a 256; fi | cut -c1-16
}

folder="${XDG_CACHE_HOME:-$HOME/.cache}/logroute/helm-$(cat "$here/go.mod" "$here/go.sum" | hash_of_stdin)"
if [ "${1:-}" = --print-folder ]; then echo "$folder"; exit 0; fi
# Maven's -DskipTests: no tests, no program for them.
[ "${SKIP_TESTS:-false}" = false ] || exit 0
[ ! -x "$folder/helm" ] || exit 0
command -v go >/dev/null 2>&1 ||
  fail "no go on the PATH: the chart's tests run Helm, which is built with Go 1.21 or later; install it, or leave these tests out with -DskipITs"

mkdir -p "$folder"
version=$(sed -n 's/.*helm.sh\/helm\/v3 \(v[^ ]*\).*/\1/p' "$here/go.mod")
minor=$(sed -n 's/.*k8s.io\/client-go v0\.\([0-9]*\)\..*/\1/p' "$here/go.mod" | head -n 1)
flags="-s -w -X helm.sh/helm/v3/internal/version.version=$version"
for package in chartutil lint/rules; do
  flags="$flags -X helm.sh/helm/v3/pkg/$package.k8sVersionMajor=1 -X helm.sh/helm/v3/pkg/$package.k8sVersionMinor=$minor"
done
tmp="$folder/.helm.$$"
trap 'rm -f "$tmp"' EXIT
echo "helm-binary: building Helm $version, once; about 2 minutes on 2 cores" >&2
(cd "$here" && CGO_ENABLED=0 go build -trimpath -ldflags "$flags" -o "$tmp" helm.sh/helm/v3/cmd/helm) || fail "go could not build Helm, see above"
mv "$tmp" "$folder/helm"
