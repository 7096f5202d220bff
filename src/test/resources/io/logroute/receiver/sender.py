# SPDX-License-Identifier: Apache-2.0
"""A sender that shares no code with LogRoute: sender.py MODE SOCKET ADDRESS [COUNT] [FIRST].

odd      lines of every awkward kind; prints a JSON object of lines and SHA-256 by tenant/service/tag
hostile  messages that are none, then one sound line
count    COUNT numbered lines from FIRST on, then the end
"""
import hashlib
import json
import random
import sys
import time

import zmq


def connect(kind, address):
    socket = zmq.Context().socket({"pub": zmq.PUB, "push": zmq.PUSH}[kind])
    socket.setsockopt(zmq.SNDHWM, 0)
    socket.setsockopt(zmq.LINGER, -1)
    monitor = socket.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED)
    socket.connect(address)
    if not monitor.poll(20000):
        sys.exit("no handshake with " + address)
    socket.disable_monitor()
    if kind == "pub":
        time.sleep(1)  # the subscription follows the handshake
    return socket


def odd(socket):
    seed = random.randrange(1 << 32)
    rnd = random.Random(seed)
    expected = {}
    lines = [b"", b" ", b": ", b"a: b", b"\x00", b"nul \x00 in it", b"\xff\xfe invalid", b"\r", b"cr\r",
             b"two\nlines", b"\n", b"back\\slash", b"\\n\n\\", "\u00e9\u4e2d".encode(), b"x" * (1 << 20)]
    lines += [rnd.randbytes(rnd.randrange(300)) for _ in range(2000)]
    for number, line in enumerate(lines):
        ids = [b"t1", b"web", b"0123456789ab"] if number % 3 else [b"T-2", b"..x", b"team/a b\xc3\xa9"]
        socket.send_multipart([ids[0], ids[1], ids[2] + b": " + line])
        key = "/".join(part.decode("latin-1") for part in ids[:2]) + "/" + ids[2].decode("latin-1")
        digest, count = expected.setdefault(key, [hashlib.sha256(), 0])
        digest.update(len(line).to_bytes(4, "big") + line)
        expected[key][1] = count + 1
    print(json.dumps({"seed": seed, "streams": {k: [d.hexdigest(), n] for k, (d, n) in expected.items()}}))


def hostile(socket):
    for frames in (1, 2, 4, 500):
        socket.send_multipart([b"t"] * frames)
    bad = [b"", b".", b"..", b"../../../tmp/logroute-escaped", b"/etc", b"a/b", b"a\x00b", b"x" * 129, b"t\n"]
    for name in bad:
        socket.send_multipart([name, b"s", b"tag: line"])
        socket.send_multipart([b"t", name, b"tag: line"])
    for text in (b"", b"no tag", b"x" * 513 + b": line", b":"):
        socket.send_multipart([b"t", b"s", text])
    socket.send_multipart([b"sound", b"s", b"tag: line"])


def count(socket, number, first):
    for i in range(first, first + number):
        socket.send_multipart([b"t1", b"web", b"tag: line %d" % i])


def main():
    mode, kind, address = sys.argv[1:4]
    socket = connect(kind, address)
    if mode == "odd":
        odd(socket)
    elif mode == "hostile":
        hostile(socket)
    else:
        count(socket, int(sys.argv[4]), int(sys.argv[5]))
    socket.close()
    socket.context.term()


main()
