// SPDX-License-Identifier: Apache-2.0
// The far end of the bench: binds a PULL or SUB socket, or a ROUTER that speaks docs/acked-protocol.md, counts the
// lines that arrive, and says when the first and the last came. As little work a line as libzmq allows, so that the
// sender is what is measured: acknowledged lines are forgotten, and nobody checks their sums.
//
//   peer pull|sub|acked count|latency|stages LINES SKIP      (acked: not latency)
//
// Prints its address, then, after LINES messages or 60 s without one, a line of JSON. With `latency` a line
// holds `@<CLOCK_MONOTONIC ns>`, and the JSON has how long it took from then to here, in microseconds, without
// the first SKIP lines. With `stages` it says how many lines it has whenever SKIP more are there.
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

static uint32_t crc32c(const uint8_t *bytes, size_t length) {
  uint32_t crc = ~0u;
  for (size_t i = 0; i < length; i++) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78u : 0);
  }
  return ~crc;
}

static uint64_t varint(const uint8_t **at) {
  uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    uint8_t byte = *(*at)++;
    value |= (uint64_t)(byte & 0x7F) << shift;
    if (!(byte & 0x80)) return value;
  }
}

// Numbers here are little endian, as they are on the wire.
static uint8_t *put(uint8_t *at, uint64_t value, int bytes) {
  memcpy(at, &value, bytes);
  return at + bytes;
}

static uint8_t *begin(uint8_t *message, uint8_t type, const uint8_t *session) {
  message[0] = type;
  memcpy(message + 1, session, 8);
  return message + 9;
}

static void answer(void *socket, zmq_msg_t *sender, uint8_t *message, uint8_t *end) {
  put(end, crc32c(message, end - message), 4);
  zmq_send(socket, zmq_msg_data(sender), zmq_msg_size(sender), ZMQ_SNDMORE);
  zmq_send(socket, message, end + 4 - message, 0);
}

static void welcome(void *socket, zmq_msg_t *sender, const uint8_t *session) {
  uint8_t message[128], *p = begin(message, 0x81, session);
  p = put(p, 1, 1);
  p = put(p, 0, 8);
  memset(p, 7, 16);
  p = put(p + 16, 16 << 20, 8);
  p = put(p, 1 << 20, 4);
  p = put(p, 65536, 4);
  p = put(p, 4, 2);
  memcpy(p, "peer", 4);
  answer(socket, sender, message, p + 4);
}

enum { MAX_STREAMS = 1024 };

// Acknowledges all lines of a batch; returns how many there are.
static int64_t take(void *socket, zmq_msg_t *sender, const uint8_t *batch, size_t length) {
  static uint8_t message[13 + 4 + 12 * MAX_STREAMS];
  const uint8_t *p = batch + 9 + 8 + 1, *last = batch + length - 4;
  uint64_t streams[MAX_STREAMS], ends[MAX_STREAMS], end = 0;
  int64_t lines = 0;
  int count = 0, run = 0;
  while (p < last) {
    uint8_t flags = *p++;
    if (flags & 0x80) {
      uint64_t stream = varint(&p);
      for (run = 0; run < count && streams[run] != stream; run++) {
      }
      if (run == MAX_STREAMS) exit(1);
      if (run == count) streams[count++] = stream;
      end = 0;
      continue;
    }
    end += varint(&p);
    end += varint(&p);
    if (!(flags & 2)) varint(&p);
    uint64_t bytes = varint(&p);
    p += bytes;
    ends[run] = end;
    lines++;
  }
  uint8_t *q = put(begin(message, 0x83, batch + 1), count, 4);
  for (int i = 0; i < count; i++) q = put(put(q, streams[i], 4), ends[i], 8);
  answer(socket, sender, message, q);
  return lines;
}

static void tell_stage(int64_t lines) {
  printf("%" PRId64 "\n", lines);
  fflush(stdout);
}

static int acked(void *socket, int64_t expected, int64_t stage) {
  int64_t lines = 0, first = 0, told = 0;
  zmq_msg_t sender, frame;
  zmq_msg_init(&sender);
  zmq_msg_init(&frame);
  while (lines < expected && zmq_msg_recv(&sender, socket, 0) >= 0 && zmq_msg_recv(&frame, socket, 0) >= 0) {
    const uint8_t *bytes = zmq_msg_data(&frame);
    if (bytes[0] == 0x01) welcome(socket, &sender, bytes + 1);
    if (bytes[0] != 0x04) continue;
    if (lines == 0) first = now_ns();
    lines += take(socket, &sender, bytes, zmq_msg_size(&frame));
    if (stage && lines / stage > told / stage) tell_stage(told = lines);
  }
  printf("{\"lines\": %" PRId64 ", \"first\": %" PRId64 ", \"last\": %" PRId64 "}\n", lines, first, now_ns());
  fflush(stdout);
  return lines == expected ? 0 : 1;
}

int main(int argc, char **argv) {
  if (argc != 5) {
    fprintf(stderr, "usage: peer pull|sub|acked count|latency LINES SKIP\n");
    return 2;
  }
  int sub = strcmp(argv[1], "sub") == 0, latency = strcmp(argv[2], "latency") == 0;
  int stages = strcmp(argv[2], "stages") == 0;
  int64_t expected = atoll(argv[3]), skip = atoll(argv[4]);
  int64_t *latencies = latency ? malloc(expected * sizeof *latencies) : NULL;

  void *context = zmq_ctx_new();
  int is_acked = strcmp(argv[1], "acked") == 0;
  void *socket = zmq_socket(context, is_acked ? ZMQ_ROUTER : sub ? ZMQ_SUB : ZMQ_PULL);
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

  if (is_acked) return acked(socket, expected, stages ? skip : 0);
  int64_t lines = 0, bytes = 0, first = 0, last = 0;
  zmq_msg_t frame;
  zmq_msg_init(&frame);
  while (lines < expected && zmq_msg_recv(&frame, socket, 0) >= 0) {
    if (zmq_msg_more(&frame)) continue;
    if (lines == 0) first = now_ns();
    if (latency) latencies[lines] = now_ns() - written_ns(zmq_msg_data(&frame), zmq_msg_size(&frame));
    bytes += zmq_msg_size(&frame);
    lines++;
    if (stages && lines % skip == 0) tell_stage(lines);
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
