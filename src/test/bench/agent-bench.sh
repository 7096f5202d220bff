#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Measures the agent beside rsyslog and wc on the same files: docs/performance.md says how and what came out.
#   src/test/bench/agent-bench.sh [--lines N] [--bytes N] [--files N] [--runs N] [--only agent-push,rsyslog,...]
#   src/test/bench/agent-bench.sh --idle | --latency LINES_A_SECOND
set -eu
here=$(cd "$(dirname "$0")" && pwd)
command -v python3 >/dev/null 2>&1 || { echo "agent-bench: no python3 on the PATH: install it (on Debian: apt-get install python3)" >&2; exit 2; }
exec python3 "$here/agent_bench.py" "$@"
