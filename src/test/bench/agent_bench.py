# SPDX-License-Identifier: Apache-2.0
"""The agent from files to a ZeroMQ peer in another process, beside rsyslog and wc on the same files.

Every contestant is a process of its own that starts on a backlog of finished files; the runs alternate, and the
table has medians. CPU is the whole process's, user and system, from its start until the peer has the last line.
"""
import argparse
import json
import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
TICKS = os.sysconf("SC_CLK_TCK")
HEADER_BYTES = len("2026-11-22T10:00:00.123456789Z stdout F ") + 1
MIB = 1 << 20
# The program; cost_check.py may have it started in another way.
AGENT = [ROOT / "logroute"]
# Where otelcol.yaml has it built.
OTELCOL = ROOT / "target/otelcol/otelcol"


class Missing(Exception):
    """Something the bench needs is not here; the text says how to get it."""


# ---- the input -------------------------------------------------------------------------------------------------


class Node:
    """The folders of a node: pods as kubelet lays them out, links that name container ids."""

    def __init__(self, work, files):
        self.pods = work / "pods"
        self.containers = work / "containers"
        self.containers.mkdir(parents=True)
        self.logs = [self._container(i) for i in range(files)]

    def _container(self, i):
        uid = f"{i:08x}-5f0f-4b1a-9f0e-2f2a0c7f3a11"
        folder = self.pods / f"bench_web-{i}_{uid}" / "app"
        folder.mkdir(parents=True)
        log = folder / "0.log"
        log.touch()
        container_id = f"{i:064x}"[::-1]
        (self.containers / f"web-{i}_bench_app-{container_id}.log").symlink_to(log)
        return log

    def bytes(self):
        return sum(log.stat().st_size for log in self.logs)


def write_backlog(node, lines, mean_bytes):
    """CRI records whose mean is so many bytes, header and line feed included; the same for the same arguments."""
    rng = random.Random(3)
    mean = max(1, mean_bytes - HEADER_BYTES)
    letters = "abcdefghijklmnopqrstuvwxyz      0123456789"
    noise = "".join(rng.choices(letters, k=64 * 1024 + 4 * mean))
    contents = []
    for _ in range(1000):
        start = rng.randrange(64 * 1024)
        length = max(1, round(mean * rng.uniform(0.4, 1.6)))
        contents.append(noise[start : start + length])
    files = len(node.logs)
    for index, log in enumerate(node.logs):
        count = lines // files + (1 if index < lines % files else 0)
        with open(log, "w", buffering=MIB) as out:
            for first in range(0, count, 1000):
                stamp = f"2026-11-22T{10 + first // 3600000:02d}:{first // 60000 % 60:02d}:{first // 1000 % 60:02d}."
                out.write(
                    "".join(
                        f"{stamp}{i * 1000:06d}{i:03d}Z {'stderr' if i % 10 == 0 else 'stdout'} F {contents[i]}\n"
                        for i in range(min(1000, count - first))
                    )
                )


# ---- processes -------------------------------------------------------------------------------------------------


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_bytes(pid, what):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(what + ":"):
            return int(line.split()[1]) * 1024
    return 0


def end(process):
    """Ends a process that this bench started, by its id."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Peer:
    """The receiving process; a C program over libzmq, or Python's where that cannot be built."""

    command = None
    name = None
    environment = None
    is_compiled = False

    @classmethod
    def build(cls, work):
        binary = work / "peer"
        compiled = shutil.which("cc") and (
            subprocess.run(
                ["cc", "-O2", "-o", binary, HERE / "peer.c", "-lzmq"], capture_output=True, check=False
            ).returncode
            == 0
        )
        cls.environment = dict(os.environ)
        cls.is_compiled = bool(compiled)
        if compiled:
            cls.command, cls.name = [str(binary)], "C over libzmq"
            return
        found = subprocess.run(
            ["sh", ROOT / "src/test/cluster/python-zmq.sh", "--print-path"], capture_output=True, text=True, check=False
        )
        if found.returncode != 0:
            raise Missing(
                "no ZeroMQ peer: install a C compiler and libzmq's headers (on Debian: apt-get install gcc libzmq3-dev)"
            )
        if found.stdout.strip():
            cls.environment["PYTHONPATH"] = found.stdout.strip()
        cls.command, cls.name = [sys.executable, str(HERE / "peer.py")], "Python, which is slow"

    def __init__(self, kind, what, lines, skip=0):
        command = [sys.executable, str(HERE / "otlp_peer.py")] if kind == "otlp" else self.command
        self.process = subprocess.Popen(
            [*command, kind, what, str(lines), str(skip)], stdout=subprocess.PIPE, text=True, env=self.environment
        )
        self.address = self.process.stdout.readline().strip()

    def result(self):
        line = self.process.stdout.readline()
        self.process.wait()
        return json.loads(line) if line else {"lines": 0}


class Receiver:
    """`logroute receive` as the peer of the acknowledged protocol: what it has is stored, with fsync."""

    def __init__(self, work, lines):
        self.lines = lines
        log = work / "receive.log"
        command = [ROOT / "logroute", "receive", "--bind-acked", "tcp://127.0.0.1:0", "--http", "127.0.0.1:0"]
        command += ["--data-dir", work / "data"]
        with open(log, "wb") as out:
            self.process = subprocess.Popen([str(c) for c in command], stdout=out, stderr=out, stdin=subprocess.DEVNULL)
        while "lines are kept in" not in log.read_text():
            if self.process.poll() is not None:
                raise SystemExit(f"agent-bench: the receiver ended: {log.read_text()}")
            time.sleep(0.02)
        self.address = re.search(r"receiving on (tcp://\S+) \(acked\)", log.read_text()).group(1)
        self.metrics = re.search(r"metrics and health on (http://\S+?)/", log.read_text()).group(1) + "/metrics"

    def received(self):
        text = urllib.request.urlopen(self.metrics).read().decode()
        return int(sum(float(n) for n in re.findall(r"logroute_receiver_received_lines_total\{.*?\} (\S+)", text)))

    def result(self):
        first = None
        while True:
            now, count = time.monotonic_ns(), self.received()
            if first is None and count:
                first = now
            if count >= self.lines:
                return {"lines": count, "first": first, "last": now}
            time.sleep(0.1)


def start_agent(node, work, peer, socket):
    delivery = "AtLeastOnce" if socket == "ACKED" else f"AtMostOnce, socket: {socket}, format: three-frame"
    table = work / "routes.yaml"
    table.write_text(
        f"""apiVersion: logroute.io/v1alpha1
kind: NodeRouteTable
metadata: {{name: bench}}
spec:
  endpoints:
  - {{name: central, addresses: ["{peer.address}"], delivery: {delivery}}}
  routes:
  - {{name: bench/all, driver: zmq, endpoint: central}}
  pods:
  - namespace: "*"
    name: "*"
    containers:
    - {{name: "*", routes: [{{route: bench/all, tenantId: tenant-1, serviceId: service-1}}]}}
"""
    )
    command = [*AGENT, "agent", "--routes", table, "--pods-dir", node.pods]
    command += ["--containers-dir", node.containers, "--state-dir", work / "state", "--http", "127.0.0.1:0"]
    with open(work / "agent.log", "ab") as log:
        return subprocess.Popen([str(c) for c in command], stdout=log, stderr=log, stdin=subprocess.DEVNULL)


def start_rsyslog(node, work, peer, _socket):
    config = work / "rsyslog.conf"
    config.write_text(
        f"""global(workDirectory="{work}" maxMessageSize="64k")
module(load="imfile" mode="inotify")
module(load="omczmq")
main_queue(queue.type="FixedArray" queue.size="100000" queue.dequeueBatchSize="2048" queue.timeoutEnqueue="100000000")
template(name="raw" type="string" string="%msg%")
input(type="imfile" File="{node.pods}/*/*/*.log" Tag="cri" maxSubmitAtOnce="2048" escapeLF="off")
action(type="omczmq" endpoints=">{peer.address}" socktype="PUSH" template="raw")
"""
    )
    with open(work / "rsyslog.log", "ab") as log:
        return subprocess.Popen(
            [rsyslogd(), "-n", "-f", config, "-i", work / "rsyslog.pid"], stdout=log, stderr=log, stdin=subprocess.DEVNULL
        )


def start_otelcol(node, work, peer, _socket):
    """As its documentation sets it up for a node's logs; its queue waits, and gathers batches as the agent does."""
    config = work / "otelcol.yaml"
    config.write_text(
        f"""receivers:
  filelog:
    include: ["{node.pods}/*/*/*.log"]
    start_at: beginning
    include_file_path: true
    operators: [{{type: container}}]
exporters:
  otlphttp:
    endpoint: {peer.address}
    compression: none
    sending_queue: {{block_on_overflow: true, sizer: items, queue_size: 100000, batch: {{flush_timeout: 200ms, min_size: 8192}}}}
service:
  telemetry: {{metrics: {{level: none}}}}
  pipelines: {{logs: {{receivers: [filelog], exporters: [otlphttp]}}}}
"""
    )
    with open(work / "otelcol.log", "ab") as log:
        return subprocess.Popen([OTELCOL, "--config", config], stdout=log, stderr=log, stdin=subprocess.DEVNULL)


def rsyslogd():
    return shutil.which("rsyslogd") or shutil.which("rsyslogd", path="/usr/sbin:/sbin")


def has_rsyslog():
    return rsyslogd() and any(Path("/usr/lib").glob("*/rsyslog/omczmq.so"))


CONTESTANTS = {
    "agent-push": (start_agent, "pull", "PUSH"),
    "agent-pub": (start_agent, "sub", "PUB"),
    "agent-acked": (start_agent, "acked", "ACKED"),
    "agent-stored": (start_agent, "receiver", "ACKED"),
    "rsyslog": (start_rsyslog, "pull", "PUSH"),
    "otelcol": (start_otelcol, "otlp", None),
}
LABELS = {
    "agent-push": "agent, three-frame, PUSH",
    "agent-pub": "agent, three-frame, PUB",
    "agent-acked": "agent, acked",
    "agent-stored": "agent, acked, to our receiver: files with fsync, same cores",
    "rsyslog": "rsyslog, imfile to omczmq, PUSH",
    "otelcol": "OpenTelemetry Collector, filelog to OTLP over HTTP",
    "wc": "wc -l",
}


# CPU-s a million lines and peak MiB of the receiver in each run.
RECEIVERS = []


# ---- backlog ---------------------------------------------------------------------------------------------------


def run_backlog(name, node, work, lines):
    start, kind, socket = CONTESTANTS[name]
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=work))
    peer = Receiver(folder, lines) if kind == "receiver" else Peer(kind, "count", lines)
    begun = time.monotonic_ns()
    process = start(node, folder, peer, socket)
    try:
        result = peer.result()
        cpu = cpu_seconds(process.pid)
        peak = memory_bytes(process.pid, "VmHWM")
        resident = memory_bytes(process.pid, "VmRSS")
        if kind == "receiver":
            RECEIVERS.append((cpu_seconds(peer.process.pid) / (lines / 1e6), memory_bytes(peer.process.pid, "VmHWM") / MIB))
    finally:
        end(process)
        end(peer.process)
        if kind == "receiver":
            shutil.rmtree(folder / "data", ignore_errors=True)
    if result["lines"] != lines:
        raise SystemExit(f"agent-bench: {name} delivered {result['lines']} of {lines} lines; see {folder}")
    return {
        "rate": lines / ((result["last"] - result["first"]) / 1e9),
        "whole_rate": lines / ((result["last"] - begun) / 1e9),
        "first_s": (result["first"] - begun) / 1e9,
        "cpu": cpu / (lines / 1e6),
        "peak": peak / MIB,
        "resident": resident / MIB,
    }


def run_wc(node, lines):
    begun = time.monotonic_ns()
    process = subprocess.Popen(["wc", "-l", *map(str, node.logs)], stdout=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    rate = lines / ((time.monotonic_ns() - begun) / 1e9)
    cpu = (usage.ru_utime + usage.ru_stime) / (lines / 1e6)
    return {"rate": rate, "whole_rate": rate, "first_s": 0, "cpu": cpu, "peak": 0, "resident": 0}


def medians(runs):
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}


def backlog(options, work):
    names = [n for n in options.only if n == "wc" or n in CONTESTANTS]
    if "rsyslog" in names and not has_rsyslog():
        names.remove("rsyslog")
        print("agent-bench: without rsyslog, install it with apt-get install rsyslog rsyslog-czmq", file=sys.stderr)
    if "otelcol" in names and not OTELCOL.is_file():
        raise Missing(f"no {OTELCOL}: build it as src/test/bench/otelcol.yaml says")
    node = Node(work, options.files)
    write_backlog(node, options.lines, options.bytes)
    print(
        f"{options.lines} lines in {options.files} files, {node.bytes() / options.lines:.0f} B a record,"
        f" medians of {options.runs} alternating runs; peer: {Peer.name}; load {os.getloadavg()[0]:.1f}"
        f" on {os.cpu_count()} cores at the start",
        flush=True,
    )
    runs = {name: [] for name in names}
    for number in range(options.runs):
        for name in names:
            run = run_wc(node, options.lines) if name == "wc" else run_backlog(name, node, work, options.lines)
            runs[name].append(run)
            if options.verbose:
                print(number, name, {k: round(v, 3) for k, v in run.items()}, file=sys.stderr, flush=True)
    table({name: medians(found) for name, found in runs.items()})
    if RECEIVERS:
        cpu, peak = (statistics.median(values) for values in zip(*RECEIVERS))
        print(f"the receiver beside it: {cpu:.3f} CPU-s a million lines, its start included, {peak:.0f} MiB at most")
    print(f"load {os.getloadavg()[0]:.1f} at the end")


def table(found):
    print()
    print("| | lines/s | lines/s from start | start to first line, s | CPU-s a million lines | peak MiB | resident MiB |")
    print("|---|---|---|---|---|---|---|")
    for name, m in found.items():
        print(
            f"| {LABELS[name]} | {m['rate']:,.0f} | {m['whole_rate']:,.0f} | {m['first_s']:.2f} | {m['cpu']:.3f}"
            f" | {m['peak']:.0f} | {m['resident']:.0f} |"
        )
    print()
    for name in ("agent-push", "agent-pub", "agent-acked", "agent-stored"):
        for other in ("rsyslog", "otelcol", "wc"):
            if name in found and other in found:
                cpu = found[name]["cpu"] / found[other]["cpu"]
                said = f"{cpu:.1f} times" if cpu >= 1 else f"1/{1 / cpu:.1f} of"
                rate = found[name]["rate"] / found[other]["rate"]
                print(f"{name}: {said} the CPU a line of {other}, {rate:.2f} times its rate")


# ---- steady state ----------------------------------------------------------------------------------------------


def idle(options, work):
    node = Node(work, options.files)
    write_backlog(node, 10 * options.files, options.bytes)
    print(f"idle: {options.files} quiet containers, {options.seconds} s, medians of {options.runs}")
    shares = []
    for _ in range(options.runs):
        folder = Path(tempfile.mkdtemp(prefix="idle-", dir=work))
        peer = Peer("pull", "count", 10 * options.files + 1)
        process = start_agent(node, folder, peer, "PUSH")
        try:
            time.sleep(15)
            before, begun = cpu_seconds(process.pid), time.monotonic()
            time.sleep(options.seconds)
            shares.append(100 * (cpu_seconds(process.pid) - before) / (time.monotonic() - begun))
            resident = memory_bytes(process.pid, "VmRSS") / MIB
        finally:
            end(process)
            end(peer.process)
    print(f"idle: {statistics.median(shares):.2f} % of a core, {resident:.0f} MiB resident")


def write_steadily(logs, rate, seconds, mean_bytes):
    """Appends lines at a rate, at most a thousand writes a second, each line with the time of its write."""
    filler = "x" * max(0, mean_bytes - HEADER_BYTES - 20)
    files = [open(log, "ab", buffering=0) for log in logs]
    total, written, begun = rate * seconds, 0, time.monotonic()
    while written < total:
        due = min(total, int((time.monotonic() - begun) * rate) + 1)
        if due > written:
            stamp = f"2026-11-22T10:00:00.000000001Z stdout F @{time.monotonic_ns()} {filler}\n".encode()
            files[written % len(files)].write(stamp * (due - written))
            written = due
        time.sleep(max(0.0005, (written + 1) / rate - (time.monotonic() - begun)))
    for file in files:
        file.close()


def latency(options, work):
    rate, seconds = options.latency, options.seconds
    timed = [n for n in options.only if n in CONTESTANTS and CONTESTANTS[n][1] in ("pull", "sub")]
    names = [n for n in timed if n != "rsyslog" or has_rsyslog()]
    print(f"latency: {rate} lines/s over {options.files} files for {seconds} s, medians of {options.runs}")
    print("| | p50 ms | p99 ms | max ms | CPU, % of a core |")
    print("|---|---|---|---|---|")
    runs = {name: [] for name in names}
    for _ in range(options.runs):
        for name in names:
            runs[name].append(run_latency(name, work, rate, seconds, options))
    for name, found in runs.items():
        m = medians(found)
        print(f"| {LABELS[name]} | {m['p50']:.1f} | {m['p99']:.1f} | {m['max']:.1f} | {m['cpu']:.1f} |")


def run_latency(name, work, rate, seconds, options):
    start, kind, socket = CONTESTANTS[name]
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=work))
    node = Node(folder, options.files)
    warm = max(rate, 1000) * 3
    process = peer = None
    try:
        peer = Peer(kind, "latency", warm + rate * seconds, skip=warm)
        process = start(node, folder, peer, socket)
        time.sleep(3)
        write_steadily(node.logs, warm // 3, 3, options.bytes)
        before, begun = cpu_seconds(process.pid), time.monotonic()
        writer = threading.Thread(target=write_steadily, args=(node.logs, rate, seconds, options.bytes))
        writer.start()
        writer.join()
        cpu = 100 * (cpu_seconds(process.pid) - before) / (time.monotonic() - begun)
        result = peer.result()
    finally:
        for started in (process, peer and peer.process):
            if started:
                end(started)
    return {"p50": result["p50"] / 1000, "p99": result["p99"] / 1000, "max": result["max"] / 1000, "cpu": cpu}


# ---- command line ----------------------------------------------------------------------------------------------


def parse():
    parser = argparse.ArgumentParser(prog="agent-bench", description=__doc__)
    parser.add_argument("--lines", type=int, default=2_000_000)
    parser.add_argument("--bytes", type=int, default=190, help="mean record, its CRI header of 41 B included")
    parser.add_argument("--files", type=int, default=1)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", type=lambda s: s.split(","), default=["wc", "rsyslog", "agent-push", "agent-pub", "agent-acked", "agent-stored"])
    parser.add_argument("--idle", action="store_true", help="CPU of the agent while nothing is written")
    parser.add_argument("--latency", type=int, metavar="RATE", help="write to wire at so many lines a second")
    parser.add_argument("--seconds", type=int, default=10, help="of a run with --idle or --latency")
    parser.add_argument("--work", type=Path, help="where the files go; default: a new folder under the temporary one")
    parser.add_argument("--keep", action="store_true", help="do not remove that folder")
    parser.add_argument("--verbose", action="store_true", help="show every run")
    return parser.parse_args()


def main():
    options = parse()
    work = Path(tempfile.mkdtemp(prefix="logroute-bench-", dir=options.work))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        Peer.build(work)
        subprocess.run([ROOT / "logroute", "--version"], stdout=subprocess.DEVNULL, check=True)
        if options.idle:
            idle(options, work)
        elif options.latency:
            latency(options, work)
        else:
            backlog(options, work)
    except Missing as e:
        print(f"agent-bench: {e}", file=sys.stderr)
        return 2
    except subprocess.CalledProcessError as e:
        print(f"agent-bench: {e.cmd[0]} failed, see above", file=sys.stderr)
        return 2
    finally:
        if options.keep:
            print(f"kept: {work}", file=sys.stderr)
        else:
            shutil.rmtree(work, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
