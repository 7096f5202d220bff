// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.otlp;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.logroute.receiver.sink.AckedBatch;
import io.logroute.receiver.sink.AckedStream;
import io.logroute.wire.BatchReader;
import io.logroute.wire.BatchWriter;
import io.logroute.wire.MessageDecoder;
import io.logroute.wire.StandardStream;
import io.logroute.wire.StreamIdentity;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** A batch as it comes from the network. */
final class TestBatch {

  static final Instant ARRIVED_AT = Instant.parse("2026-11-22T12:00:00.000000001Z");
  static final long NANOS = 1_790_000_000_000_000_000L;

  private final byte[] bytes = new byte[1 << 20];
  private final BatchWriter writer = new BatchWriter();
  private final Map<Integer, AckedStream> streams = new HashMap<>();
  private long offset;

  TestBatch() {
    writer.begin(bytes, bytes.length);
  }

  static AckedStream stream(String pod, StandardStream stream, long generation) {
    return AckedStream.of(
        new StreamIdentity(
            "c1",
            "node-1",
            "acme",
            "web",
            "team/web",
            "team",
            pod,
            "uid-1",
            "app",
            2,
            stream,
            generation));
  }

  TestBatch stream(int number, AckedStream stream) {
    streams.put(number, stream);
    return this;
  }

  /** A line that ends ten bytes behind the one before. */
  TestBatch line(int stream, String text) {
    return line(stream, NANOS + offset, 0, text.getBytes(UTF_8));
  }

  TestBatch line(int stream, long nanos, int flags, byte[] line) {
    writer.add(stream, offset, offset + 10, nanos, flags, line, 0, line.length);
    offset += 10;
    return this;
  }

  AckedBatch batch(Runnable stored) {
    int length = writer.finish(1, 1);
    BatchReader reader = (BatchReader) new MessageDecoder().decode(bytes, length);
    return new AckedBatch(ARRIVED_AT, reader.copy(), streams, stored);
  }
}
