# SPDX-License-Identifier: Apache-2.0
"""The short form of the bench: fails when a line costs more than it did, measured beside a yardstick.

A running agent gets the same block of lines again and again and sends it to the C peer. Its CPU for a block, without
its start and most of its compilers' work, is divided by that of `wc -w` over the same block right after; the median of
these ratios is held to a limit, and so are the bytes that the pipeline's thread allocates a line, which are counted and
not timed. What is absolute, the machine's speed and who else is on it, cancels out or is not looked at.

Exit 0: within the limits, 1: over one of them, 2: it could not be measured, with a sentence that says why.
"""
import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import agent_bench as bench

BLOCK_LINES = 100_000
# The most that is borne; docs/performance.md has what was measured, and how far apart.
MOST_CPU = {"PUSH": 0.60, "ACKED": 0.72}
MOST_BYTES_A_LINE = 8
REST_S = 0.05


class Agent:
    """An agent on a node with one container, and the peer that tells when a block has arrived."""

    def __init__(self, work, socket):
        self.node = bench.Node(work, 1)
        self.peer = bench.Peer("acked" if socket == "ACKED" else "pull", "stages", 1 << 40, BLOCK_LINES)
        self.process = bench.start_agent(self.node, work, self.peer, socket)

    def take(self, block):
        with open(self.node.logs[0], "ab", buffering=0) as log:
            log.write(block)
        if not self.peer.process.stdout.readline():
            raise bench.Missing("the peer has ended: nothing came to it for 60 s")
        time.sleep(REST_S)

    def cpu_seconds(self):
        """By the scheduler's count, which is finer than the ticks of /proc/PID/stat."""
        tasks = Path(f"/proc/{self.process.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9

    def allocated_bytes(self, jcmd):
        """What the pipeline's thread has allocated so far."""
        command = [jcmd, str(self.process.pid), "Thread.print", "-e"]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        found = re.search(r'^"pipeline .* allocated=(\d+)([BKMG])', said, re.MULTILINE)
        return int(found.group(1)) << 10 * "BKMG".index(found.group(2))

    def close(self):
        bench.end(self.process)
        bench.end(self.peer.process)


def yardstick_seconds(file):
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
    process = subprocess.Popen(["wc", "-w", file], stdout=subprocess.DEVNULL, env=environment)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return usage.ru_utime + usage.ru_stime


def measure(socket, options, work):
    sample = bench.Node(work / "sample", 1)
    bench.write_backlog(sample, BLOCK_LINES, 190)
    block = sample.logs[0].read_bytes()
    agent = Agent(work / "node", socket)
    try:
        for _ in range(options.warm):
            agent.take(block)
        allocated = agent.allocated_bytes(options.jcmd)
        ratios = []
        for _ in range(options.blocks):
            before = agent.cpu_seconds()
            agent.take(block)
            ratios.append((agent.cpu_seconds() - before) / yardstick_seconds(sample.logs[0]))
        lines = options.blocks * BLOCK_LINES
        return statistics.median(ratios), (agent.allocated_bytes(options.jcmd) - allocated) / lines
    finally:
        agent.close()


def check(socket, options, work):
    ratio, allocated = measure(socket, options, work)
    print(
        f"{socket}: {ratio:.3f} of the CPU of wc -w (at most {MOST_CPU[socket]}), {allocated:.1f} B allocated a line"
        f" (at most {MOST_BYTES_A_LINE})",
        flush=True,
    )
    return ratio <= MOST_CPU[socket] and allocated <= MOST_BYTES_A_LINE


def parse():
    parser = argparse.ArgumentParser(prog="cost-check", description=__doc__)
    parser.add_argument("--sockets", type=lambda s: s.split(","), default=list(MOST_CPU))
    parser.add_argument("--warm", type=int, default=10, help="blocks before the first that counts")
    parser.add_argument("--blocks", type=int, default=15, help="blocks that count")
    parser.add_argument("--java", type=Path, help="of a JDK; default: JAVA_HOME's or that of the PATH, and ./logroute as the agent")
    parser.add_argument("--classpath", help="of the agent, started by --java with its flags of src/main/jvm")
    options = parser.parse_args()
    home = os.environ.get("JAVA_HOME")
    java = options.java or (Path(home, "bin/java") if home else Path(shutil.which("java") or "java"))
    options.jcmd = java.resolve().parent / "jcmd"
    if options.classpath:
        flags = f"@{bench.ROOT / 'src/main/jvm/agent'}"
        bench.AGENT = [java, flags, "-cp", options.classpath, "io.logroute.cli.Main"]
    return options


def main():
    options = parse()
    work = Path(tempfile.mkdtemp(prefix="logroute-cost-"))
    try:
        bench.Peer.build(work)
        if not bench.Peer.is_compiled:
            raise bench.Missing("no C compiler with libzmq's headers (on Debian: apt-get install gcc libzmq3-dev)")
        if not Path("/proc/self/schedstat").exists():
            raise bench.Missing("this kernel does not count the CPU of threads in /proc (CONFIG_SCHED_INFO)")
        within = [check(socket, options, work / socket) for socket in options.sockets]
    except bench.Missing as e:
        print(f"cost-check: {e}", file=sys.stderr)
        return 2
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return 0 if all(within) else 1


if __name__ == "__main__":
    sys.exit(main())
