#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Prints the path of a Chromium for the test of the live page; as root on a system with apt-get it
# is installed when there is none. Exit 2 with one sentence when there is no way to one.
set -eu

for name in chromium chromium-browser google-chrome; do
  if command -v "$name" 2>/dev/null; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "chromium: installing Debian's package chromium, once" >&2
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; } >&2 ||
    { echo "chromium: apt-get could not install it, see above" >&2; exit 2; }
  command -v chromium && exit 0
fi
echo "chromium: there is none, and no way to install it: the live page is not tested; on Debian apt-get install chromium" >&2
exit 2
