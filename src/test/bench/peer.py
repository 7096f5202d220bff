# SPDX-License-Identifier: Apache-2.0
"""What peer.c does, for a machine without a C compiler or libzmq's headers. It costs several times as much a
line, so with it the rates are the peer's rather than the sender's; CPU and memory of the sender still count."""
import json
import sys
import time

import zmq


def main():
    kind, what, expected, skip = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    socket = zmq.Context().socket(zmq.SUB if kind == "sub" else zmq.PULL)
    socket.set(zmq.RCVHWM, 100000)
    socket.set(zmq.RCVTIMEO, 60000)
    if kind == "sub":
        socket.set(zmq.SUBSCRIBE, b"")
    port = socket.bind_to_random_port("tcp://127.0.0.1")
    print(f"tcp://127.0.0.1:{port}", flush=True)
    lines = size = first = 0
    latencies = []
    try:
        while lines < expected:
            frame = socket.recv_multipart()[-1]
            if lines == 0:
                first = time.monotonic_ns()
            if what == "latency":
                written = frame.split(b"@", 1)[1].split(b" ", 1)[0]
                latencies.append(time.monotonic_ns() - int(written))
            lines += 1
            size += len(frame)
    except zmq.Again:
        pass
    found = {"lines": lines, "bytes": size, "first": first, "last": time.monotonic_ns()}
    latencies = sorted(latencies[skip:])
    if latencies:
        found["p50"] = latencies[len(latencies) // 2] // 1000
        found["p99"] = latencies[len(latencies) * 99 // 100] // 1000
        found["max"] = latencies[-1] // 1000
    print(json.dumps(found), flush=True)
    return 0 if lines == expected else 1


sys.exit(main())
