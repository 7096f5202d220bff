#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds the name server of the test's node, once: CoreDNS with the two plugins that dns/main.go names, from
# the module versions in dns/go.mod and dns/go.sum, into a cache folder outside of the checkout:
#
#   ${XDG_CACHE_HOME:-$HOME/.cache}/logroute/dns-<key>/dns
#
#   dns-binary.sh                   builds it when it is not there
#   dns-binary.sh --print-folder    prints the folder and builds nothing
#
# It appears in the folder whole or not at all. Exit 2 with one sentence when something is missing.
set -eu
here=$(cd "$(dirname "$0")/dns" && pwd)

fail() { echo "dns-binary: $*" >&2; exit 2; }

folder="${XDG_CACHE_HOME:-$HOME/.cache}/logroute/dns-$(cat "$here/go.mod" "$here/go.sum" "$here/main.go" | sha256sum | cut -c1-16)"
if [ "${1:-}" = --print-folder ]; then echo "$folder"; exit 0; fi
[ ! -x "$folder/dns" ] || exit 0
command -v go >/dev/null 2>&1 || fail "no go on the PATH: the node's name server is built with Go 1.21 or later"

mkdir -p "$folder"
tmp="$folder/.dns.$$"
trap 'rm -f "$tmp"' EXIT
echo "dns-binary: building CoreDNS, once; about a minute on 2 cores" >&2
(cd "$here" && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o "$tmp" .) || fail "go could not build CoreDNS, see above"
mv "$tmp" "$folder/dns"
