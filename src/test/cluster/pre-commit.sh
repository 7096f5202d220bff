#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes sure that there is pre-commit, which the test of docs/coming-from.md's hook runs. The system's own is taken as it
# is; without one it is installed with pip into a cache folder outside of the checkout. With --print-path it prints what
# PYTHONPATH has to be, an empty line for the system's own. Exit 2 with one sentence when something is missing.
set -eu

print=${1:-}
found() { [ "$print" != --print-path ] || echo "$1"; exit 0; }
fail() { echo "pre-commit: $*" >&2; exit 2; }

# Maven's -DskipTests: no tests, no program for them.
[ "${SKIP_TESTS:-false}" = false ] || exit 0
command -v python3 >/dev/null 2>&1 ||
  fail "no python3 on the PATH: the test of the hook for logroute lint runs pre-commit; install it (on Debian: apt-get install pre-commit), or leave the integration tests out with -DskipITs"

if python3 -m pre_commit --version >/dev/null 2>&1; then found ''; fi

version=4.7.0
tag=$(python3 -c 'import sys, sysconfig; print("%s-%d.%d-%s" % ((sys.implementation.name,) + tuple(sys.version_info[:2]) + (sysconfig.get_platform(),)))')
folder="${XDG_CACHE_HOME:-$HOME/.cache}/logroute/pre-commit-$version-$tag"
if PYTHONPATH="$folder" python3 -m pre_commit --version >/dev/null 2>&1; then found "$folder"; fi

python3 -m pip --version >/dev/null 2>&1 ||
  fail "python3 has neither pre-commit nor pip: install one of them (on Debian: apt-get install pre-commit), or leave the integration tests out with -DskipITs"
echo "pre-commit: installing pre-commit $version, once" >&2
tmp="$folder.$$"
trap 'rm -rf "$tmp"' EXIT
mkdir -p "$(dirname "$folder")"
python3 -m pip install --quiet --root-user-action=ignore --disable-pip-version-check --target "$tmp" "pre-commit==$version" >&2 ||
  fail "pip could not install pre-commit, see above; on Debian apt-get install pre-commit does as well"
# Another run may have been faster; its folder is as good.
python3 -c 'import os, sys; os.rename(*sys.argv[1:])' "$tmp" "$folder" 2>/dev/null || [ -d "$folder" ] ||
  fail "$folder cannot be written"
PYTHONPATH="$folder" python3 -m pre_commit --version >/dev/null || fail "the installed pre-commit in $folder does not work with this python3, see above; remove that folder"
found "$folder"
