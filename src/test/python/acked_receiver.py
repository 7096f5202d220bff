# SPDX-License-Identifier: Apache-2.0
"""A receiver of the acknowledged protocol, written from docs/acked-protocol.md alone.

acked_receiver.py tcp://HOST:PORT FILE     (port *: any free one; the first line printed is the address)

FILE's first row is the store id. Each row behind it is a line, tab-separated: the stream's identity (cluster, node, tenant, service,
route, namespace, pod, pod uid, container, restart, stdout or stderr, generation in hexadecimal), start, end, time, flags, and the
line with \\ and LF escaped. The rows are the marks too: they are read back at the start, and a torn one is cut off.
SIGTERM ends it with a JSON object of counts.
"""
import collections, json, os, re, signal, struct, sys, time
import zmq

HELLO, STREAM, END, BATCH, PING, BYE, WELCOME, REFUSE, ACK, PONG, CLOSING = 1, 2, 3, 4, 5, 6, 0x81, 0x82, 0x83, 0x85, 0x86
VERSION, NO_SESSION, GAP, MALFORMED, BAD_IDENTITY = 1, 4, 5, 6, 8
TABLE = list(range(256))
for _ in range(8):
    TABLE = [c >> 1 ^ (0x82F63B78 if c & 1 else 0) for c in TABLE]

class Body:
    def __init__(self, data):
        self.data, self.at = data, 0
    def take(self, count):
        if count > len(self.data) - self.at:
            raise ValueError("a message is too short")
        self.at += count
        return self.data[self.at - count:self.at]
    def number(self, size):
        return int.from_bytes(self.take(size), "little")
    def varint(self):
        value = shift = 0
        byte = 0x80
        while byte & 0x80:
            byte = self.number(1)
            value |= (byte & 0x7F) << shift
            shift += 7
            check(shift <= 70 and value < 1 << 64)
        return value

class Session:
    def __init__(self, number):
        self.number, self.streams, self.newest, self.batches, self.heard = number, {}, 0, 0, time.monotonic()

def check(good):
    if not good:
        raise ValueError("a message has a field out of its range")

def crc32c(data, crc=0xFFFFFFFF):
    for byte in data:
        crc = TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF

def open_store(path):
    file = open(path, "ab+")
    file.seek(0)
    rows = [row for row in file if row.endswith(b"\n")]
    file.truncate(sum(map(len, rows)))
    if not rows:
        rows = [os.urandom(16).hex().encode() + b"\n"]
        file.write(rows[0])
    fields = [row.split(b"\t", 14) for row in rows[1:]]
    return file, bytes.fromhex(rows[0].decode()), {tuple(field[:12]): int(field[13]) for field in fields}

def send(peer, kind, session, body=b""):
    message = struct.pack("<BQ", kind, session) + body
    try:
        socket.send_multipart([peer, message + struct.pack("<I", crc32c(message))])
    except zmq.ZMQError:  # nobody there any more
        sessions.pop(peer, None)

def refuse(peer, session, code, sentence, stream=0):
    counts["refused %d" % code] += 1
    send(peer, REFUSE, session, struct.pack("<HIH", code, stream, len(sentence)) + sentence.encode())
    if not stream and peer in sessions and sessions[peer].number == session:
        del sessions[peer]

def receive(peer, message):
    check(13 <= len(message) and crc32c(message[:-4]) == int.from_bytes(message[-4:], "little"))
    kind, number, session, body = message[0], int.from_bytes(message[1:9], "little"), sessions.get(peer), Body(message[9:-4])
    check(HELLO <= kind <= BYE and number and (kind == BATCH or len(message) <= 65536))
    if kind == HELLO:
        check(body.take(4) == b"LRAP")
        if not body.number(1) <= 1 <= body.number(1):
            return refuse(peer, number, VERSION, "this receiver speaks version 1 only")
        sessions[peer] = Session(number)
        counts["sessions"] += 1
        return send(peer, WELCOME, number, struct.pack("<BQ16sQIIH", 1, 0, store_id, 4 << 20, 17 << 20, 16384, 0))
    if not session or session.number != number:
        return refuse(peer, number, NO_SESSION, "this session is not known") if kind != BYE else None
    session.heard = time.monotonic()
    if kind == STREAM:
        number, output, restart, generation = (body.number(size) for size in (4, 1, 4, 8))
        names = [body.take(body.number(2)) for _ in range(9)]
        check(session.newest < number < 1 << 31 and output in (1, 2) and restart < 1 << 31 and body.at == len(body.data))
        check(all(len(name) <= most for name, most in zip(names, (253, 253, 128, 128, 317, 253, 253, 253, 253))))
        session.newest = number
        session.streams[number] = *names, b"%d" % restart, (b"stdout", b"stderr")[output - 1], b"%016x" % generation
        if not all(re.fullmatch(rb"(?!\.\.?$)[\w.-]+", name) for i, name in enumerate(names) if i != 4 and (i or name)):
            session.streams[number] = None
            refuse(peer, session.number, BAD_IDENTITY, "a name of the stream cannot be part of a path", number)
    elif kind == END:
        check(session.streams.pop(body.number(4), 0) != 0 and body.number(1) < 2 and body.at == len(body.data))
    elif kind == BATCH:
        batch(peer, session, body)
    elif kind == PING:
        send(peer, PONG, session.number, body.take(8))
    else:
        del sessions[peer]

def batch(peer, session, body):
    if body.number(8) != session.batches + 1:
        return refuse(peer, session.number, GAP, "batch %d is missing" % (session.batches + 1))
    lines, ends = list(read_lines(body, session.streams)), {}
    check(lines)
    session.batches += 1
    for stream, start, end, when, flags, line in lines:
        identity = session.streams[stream]
        if not identity:
            continue
        ends[stream] = end
        if end <= marks.get(identity, 0) and identity[11] != b"0" * 16:
            counts["repeats"] += 1
            continue
        marks[identity] = end
        counts["lines"] += 1
        numbers = b"%d\t%d\t%d\t%d" % (start, end, when, flags)
        store.write(b"\t".join((*identity, numbers, line.replace(b"\\", b"\\\\").replace(b"\n", b"\\n"))) + b"\n")
    store.flush()
    os.fsync(store.fileno())
    if ends:
        send(peer, ACK, session.number, struct.pack("<I", len(ends)) + b"".join(struct.pack("<IQ", *pair) for pair in ends.items()))

def read_lines(body, streams):
    stream = end = when = body.number(1)
    check(stream == 0)
    while body.at < len(body.data):
        flags = body.number(1)
        if flags == 0x80:
            stream, end = body.varint(), 0
            check(stream in streams)
            continue
        start = end + body.varint()
        end = start + body.varint()
        check(stream and flags < 8 and start < end < 1 << 63)
        delta = 0 if flags & 2 else body.varint()
        when = (when + (delta >> 1 ^ -(delta & 1)) + (1 << 63)) % (1 << 64) - (1 << 63)
        yield stream, start, end, when, flags, body.take(body.varint())

counts, sessions, stopped = collections.Counter(), {}, []
store, store_id, marks = open_store(sys.argv[2])
socket = zmq.Context().socket(zmq.ROUTER)
for option, value in ((zmq.SNDHWM, 0), (zmq.ROUTER_MANDATORY, 1), (zmq.LINGER, 1000), (zmq.MAXMSGSIZE, 17 << 20)):
    socket.setsockopt(option, value)
socket.bind(sys.argv[1])
signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
print(socket.getsockopt(zmq.LAST_ENDPOINT).rstrip(b"\0").decode(), flush=True)
while not stopped:
    if socket.poll(100):
        peer, *frames = socket.recv_multipart()
        try:
            check(len(frames) == 1)
            receive(peer, frames[0])
        except (ValueError, KeyError) as problem:
            counts["malformed"] += 1
            if peer in sessions:
                refuse(peer, sessions[peer].number, MALFORMED, str(problem))
    for peer in [peer for peer, session in sessions.items() if time.monotonic() - session.heard > 60]:
        del sessions[peer]
for peer, session in list(sessions.items()):
    send(peer, CLOSING, session.number)
socket.close()
socket.context.term()
print(json.dumps(counts))
