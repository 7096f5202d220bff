// SPDX-License-Identifier: Apache-2.0
// The far end of the bench: binds a PULL or SUB socket, counts the messages that arrive, and says when the
// first and the last came. As little work a line as libzmq allows, so that the sender is what is measured.
//
//   peer pull|sub count|latency LINES SKIP
//
// Prints its address, then, after LINES messages or 60 s without one, a line of JSON. With `latency` a line
// holds `@<CLOCK_MONOTONIC ns>`, and the JSON has how long it took from then to here, in microseconds, without
// the first SKIP lines.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

static int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int compare(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static int64_t written_ns(const char *text, size_t length) {
  const char *at = memchr(text, '@', length < 256 ? length : 256);
  return at ? strtoll(at + 1, NULL, 10) : 0;
}

int main(int argc, char **argv) {
  if (argc != 5) {
    fprintf(stderr, "usage: peer pull|sub count|latency LINES SKIP\n");
    return 2;
  }
  int sub = strcmp(argv[1], "sub") == 0, latency = strcmp(argv[2], "latency") == 0;
  int64_t expected = atoll(argv[3]), skip = atoll(argv[4]);
  int64_t *latencies = latency ? malloc(expected * sizeof *latencies) : NULL;

  void *context = zmq_ctx_new();
  void *socket = zmq_socket(context, sub ? ZMQ_SUB : ZMQ_PULL);
  int hwm = 100000, timeout = 60000, linger = 0;
  zmq_setsockopt(socket, ZMQ_RCVHWM, &hwm, sizeof hwm);
  zmq_setsockopt(socket, ZMQ_RCVTIMEO, &timeout, sizeof timeout);
  zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger);
  if (sub) zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "", 0);
  if (zmq_bind(socket, "tcp://127.0.0.1:*") != 0) {
    fprintf(stderr, "peer: %s\n", zmq_strerror(zmq_errno()));
    return 1;
  }
  char address[256];
  size_t size = sizeof address;
  zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, address, &size);
  printf("%s\n", address);
  fflush(stdout);

  int64_t lines = 0, bytes = 0, first = 0, last = 0;
  zmq_msg_t frame;
  zmq_msg_init(&frame);
  while (lines < expected && zmq_msg_recv(&frame, socket, 0) >= 0) {
    if (zmq_msg_more(&frame)) continue;
    if (lines == 0) first = now_ns();
    if (latency) latencies[lines] = now_ns() - written_ns(zmq_msg_data(&frame), zmq_msg_size(&frame));
    bytes += zmq_msg_size(&frame);
    lines++;
  }
  last = now_ns();
  printf("{\"lines\": %" PRId64 ", \"bytes\": %" PRId64 ", \"first\": %" PRId64 ", \"last\": %" PRId64, lines, bytes,
         first, last);
  if (latency && lines > skip) {
    int64_t *counted = latencies + skip, n = lines - skip;
    qsort(counted, n, sizeof *counted, compare);
    printf(", \"p50\": %" PRId64 ", \"p99\": %" PRId64 ", \"max\": %" PRId64, counted[n / 2] / 1000,
           counted[n * 99 / 100] / 1000, counted[n - 1] / 1000);
  }
  printf("}\n");
  fflush(stdout);
  zmq_close(socket);
  zmq_ctx_term(context);
  return lines == expected ? 0 : 1;
}
