#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds the Kubernetes programs that the integration tests start, once, from the module versions in
# go.mod and go.sum, into a cache folder outside of the checkout that is keyed by these two files:
#
#   ${XDG_CACHE_HOME:-$HOME/.cache}/logroute/kubernetes-<key>/
#
#   kubernetes-binaries.sh [PROGRAM...]     default: etcd kube-apiserver kubectl; also known are
#                                           kube-controller-manager kube-scheduler kubelet kube-proxy
#   kubernetes-binaries.sh --print-folder   prints the folder and builds nothing
#
# LOGROUTE_KUBERNETES=oldest takes the oldest Kubernetes that LogRoute promises to run on, from
# oldest/go.mod and oldest/go.sum, instead of the newest that it is tested with (newest, the default).
# Its kube-proxy is the newest one all the same: Go's checksum database does not know k8s.io/kube-proxy v0.30.14.
#
# A program appears in the folder whole or not at all. Exit 2 with one sentence when something is missing.
set -eu
here=$(cd "$(dirname "$0")" && pwd)

say() { echo "kubernetes-binaries: $*" >&2; }
fail() { say "$*"; exit 2; }

hash_of_stdin() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum; else shasum -a 256; fi | cut -c1-16
}

case "${LOGROUTE_KUBERNETES:-newest}" in
  newest) modules=$here ;;
  oldest) modules=$here/oldest ;;
  *) fail "LOGROUTE_KUBERNETES is '$LOGROUTE_KUBERNETES': it may be newest or oldest" ;;
esac

folder="${XDG_CACHE_HOME:-$HOME/.cache}/logroute/kubernetes-$(cat "$modules/go.mod" "$modules/go.sum" | hash_of_stdin)"
if [ "${1:-}" = --print-folder ]; then echo "$folder"; exit 0; fi
# Maven's -DskipTests: no tests, no programs for them.
[ "${SKIP_TESTS:-false}" = false ] || exit 0
[ $# -gt 0 ] || set -- etcd kube-apiserver kubectl

package_of() {
  case "$1" in
    etcd) echo go.etcd.io/etcd/server/v3 ;;
    kube-apiserver | kube-controller-manager | kube-scheduler | kubelet | kube-proxy | kubectl) echo "k8s.io/kubernetes/cmd/$1" ;;
    *) fail "no program named '$1': known are etcd kube-apiserver kubectl kube-controller-manager kube-scheduler kubelet kube-proxy" ;;
  esac
}

is_complete() {
  for program in "$@"; do [ -x "$folder/$program" ] || return 1; done
}

check_go() {
  command -v go >/dev/null 2>&1 ||
    fail "no go on the PATH: the integration tests start a real Kubernetes API server, which is built with Go 1.21 or later; install it (the archive of the Go project, or Debian's package golang-go from backports), or leave these tests out with -DskipITs"
  case "$(go env GOVERSION)" in
    go1.[0-9] | go1.[0-9].* | go1.1[0-9]* | go1.20*) fail "$(go env GOVERSION) is too old: install Go 1.21 or later, or leave the integration tests out with -DskipITs" ;;
  esac
}

child=
tmp=
drop_unfinished() {
  if [ -n "$child" ]; then kill "$child" 2>/dev/null || true; fi
  if [ -n "$tmp" ]; then rm -f "$tmp"; fi
}
trap drop_unfinished EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

build() {
  program=$1
  package=$(package_of "$program") || exit 2
  [ ! -x "$folder/$program" ] || return 0
  from=$modules
  [ "$program" != kube-proxy ] || from=$here
  version=$(sed -n 's/^[[:space:]]*k8s.io\/kubernetes v//p' "$from/go.mod")
  minor=${version#*.}
  component=k8s.io/component-base/version
  flags="-s -w -X $component.gitVersion=v$version -X $component.gitMajor=${version%%.*} -X $component.gitMinor=${minor%%.*}"
  tmp="$folder/.$program.$$"
  started=$(date +%s)
  say "building $program, once; all of them take about 7 minutes on 2 cores"
  (cd "$from" && CGO_ENABLED=0 exec go build -trimpath -ldflags "$flags" -o "$tmp" "$package") &
  child=$!
  while kill -0 "$child" 2>/dev/null; do
    sleep 1
    seconds=$(($(date +%s) - started))
    [ $((seconds % 60)) != 0 ] || say "still building $program, $seconds s"
  done
  wait "$child" || { child=; fail "go could not build $program, see above"; }
  child=
  mv "$tmp" "$folder/$program"
  tmp=
  say "built $program in $(($(date +%s) - started)) s: $folder/$program"
}

for program in "$@"; do package_of "$program" >/dev/null || exit 2; done
! is_complete "$@" || exit 0
check_go
mkdir -p "$folder"
# Two builds side by side wait for each other; where there is no flock, both work and the later rename wins.
exec 9>"$folder/.lock"
if command -v flock >/dev/null 2>&1 && ! flock -n 9; then
  say "waiting for another build of the same programs"
  flock 9
fi
for program in "$@"; do build "$program"; done
