#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Prints the path of libfaketime, which gives a process a clock of its own; as root on a system with
# apt-get it is installed when there is none. Exit 2 with one sentence when there is no way to one.
set -eu

find_library() {
  for library in /usr/lib/*/faketime/libfaketimeMT.so.1 /usr/lib/faketime/libfaketimeMT.so.1; do
    if [ -e "$library" ]; then
      echo "$library"
      exit 0
    fi
  done
}

find_library
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "faketime: installing Debian's package libfaketime, once" >&2
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends libfaketime; } >&2 ||
    { echo "faketime: apt-get could not install it, see above" >&2; exit 2; }
  find_library
fi
echo "faketime: there is none, and no way to install it: clock steps are not tested on real processes; on Debian apt-get install libfaketime" >&2
exit 2
