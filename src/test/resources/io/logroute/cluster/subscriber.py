# SPDX-License-Identifier: Apache-2.0
"""A centre that shares no code with LogRoute: subscriber.py ADDRESS.

Binds a SUB socket, takes everything, and prints each message as one JSON array of its frames, bytes as Latin-1.
"""
import json
import sys

import zmq

socket = zmq.Context().socket(zmq.SUB)
socket.setsockopt(zmq.RCVHWM, 0)
socket.setsockopt(zmq.SUBSCRIBE, b"")
socket.bind(sys.argv[1])
print("bound", file=sys.stderr, flush=True)
while True:
    frames = socket.recv_multipart()
    print(json.dumps([frame.decode("latin-1") for frame in frames]), flush=True)
