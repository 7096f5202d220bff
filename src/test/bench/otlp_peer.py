# SPDX-License-Identifier: Apache-2.0
"""Takes OTLP over HTTP from an OpenTelemetry Collector and counts its log records, with peer.py's manners: the
address first, then what came. It looks into no record."""
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PATIENCE_S = 60


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def fields(data):
    """Number and content of each field of a protobuf message that has a length, others are skipped."""
    at, end = 0, len(data)
    while at < end:
        tag, at = varint(data, at)
        kind = tag & 7
        if kind == 2:
            length, at = varint(data, at)
            yield tag >> 3, data[at : at + length]
            at += length
        elif kind == 0:
            _, at = varint(data, at)
        else:
            at += 8 if kind == 1 else 4


def records(request):
    """ExportLogsServiceRequest: resource_logs 1, in it scope_logs 2, in it log_records 2."""
    return sum(
        1
        for of_request, resource in fields(memoryview(request))
        if of_request == 1
        for of_resource, scope in fields(resource)
        if of_resource == 2
        for of_scope, _ in fields(scope)
        if of_scope == 2
    )


class Count:
    def __init__(self, expected):
        self.expected = expected
        self.lines = self.first = self.last = 0
        self.lock = threading.Lock()
        self.done = threading.Event()

    def add(self, lines, came):
        with self.lock:
            self.first = self.first or came
            self.last = came
            self.lines += lines
            if self.lines >= self.expected:
                self.done.set()


def main():
    count = Count(int(sys.argv[3]))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            count.add(records(body), time.monotonic_ns())
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    before = -1
    while count.lines > before and not count.done.is_set():
        before = count.lines
        count.done.wait(PATIENCE_S)
    print(json.dumps({"lines": count.lines, "first": count.first, "last": count.last}), flush=True)
    return 0 if count.done.is_set() else 1


sys.exit(main())
