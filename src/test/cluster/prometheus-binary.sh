#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fetches the Prometheus that the tests of alerts and dashboard ask, Debian's package, into a cache folder outside
# of the checkout; nothing is installed. Where there is no apt-get, these tests are skipped unless a prometheus is on
# the PATH.
#
#   prometheus-binary.sh                  fetches it when it is not there
#   prometheus-binary.sh --print-folder   prints the folder of prometheus and promtool, an empty line when there is none
set -eu

folder="${XDG_CACHE_HOME:-$HOME/.cache}/logroute/prometheus-$(uname -m)"
if [ "${1:-}" = --print-folder ]; then
  if [ -x "$folder/usr/bin/prometheus" ]; then echo "$folder/usr/bin"; exit 0; fi
  found=$(command -v prometheus || true)
  if [ -n "$found" ]; then dirname "$found"; else echo; fi
  exit 0
fi
# Maven's -DskipTests: no tests, no program for them.
[ "${SKIP_TESTS:-false}" = false ] || exit 0
[ ! -x "$folder/usr/bin/prometheus" ] || exit 0
if command -v prometheus >/dev/null 2>&1; then exit 0; fi
skip() { echo "prometheus-binary: $*: the tests of the alerts are skipped" >&2; exit 0; }
command -v apt-get >/dev/null 2>&1 || skip "no prometheus on the PATH, and no apt-get to fetch it with"

mkdir -p "$(dirname "$folder")"
tmp=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
fetch() { (cd "$tmp" && apt-get download -q prometheus >"$tmp/log" 2>&1); }
fetch || { apt-get update -q >/dev/null 2>&1 && fetch; } || skip "apt-get cannot download prometheus, $(tail -n 1 "$tmp/log")"
dpkg-deb -x "$tmp"/prometheus_*.deb "$tmp/x" || skip "the package cannot be unpacked"
mv "$tmp/x" "$folder" 2>/dev/null || [ -d "$folder" ] || skip "$folder cannot be written"
