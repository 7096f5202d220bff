# SPDX-License-Identifier: Apache-2.0
# The centre: binds SUB or PULL and appends what comes to a file, each frame with its length before it.
# central.py sub|pull ADDRESS FILE [TENANT-PREFIX...]
import os
import struct
import sys
import zmq

kind, address, path = sys.argv[1:4]
socket = zmq.Context().socket(zmq.SUB if kind == "sub" else zmq.PULL)
socket.setsockopt(zmq.RCVHWM, 0)
if kind == "sub":
    for prefix in sys.argv[4:] or [""]:
        socket.setsockopt(zmq.SUBSCRIBE, prefix.encode())
socket.bind(address)
out = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
print("bound", address, flush=True)

while True:
    socket.poll()
    parts = []
    try:
        while len(parts) < 6000:
            frames = socket.recv_multipart(zmq.DONTWAIT)
            if len(frames) != 3:
                sys.exit("a message of %d frames: %r" % (len(frames), frames))
            for frame in frames:
                parts.append(struct.pack(">I", len(frame)))
                parts.append(frame)
    except zmq.Again:
        pass
    data = memoryview(b"".join(parts))
    while data:
        data = data[os.write(out, data):]
