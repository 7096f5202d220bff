// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.logroute.receiver.sink.AckedBatch;
import io.logroute.receiver.sink.AckedStream;
import io.logroute.wire.BatchReader;
import io.logroute.wire.BatchWriter;
import io.logroute.wire.MessageDecoder;
import io.logroute.wire.StandardStream;
import io.logroute.wire.StreamIdentity;
import java.time.Instant;
import java.util.Map;

/** Batches as they come from the network, for tests of the store. */
final class AckedBatches {

  static final long LINE_SPAN = 10;
  static final long NANOS = 1_790_000_000_000_000_000L;

  private AckedBatches() {}

  static AckedStream stream(String pod, StandardStream stream, long generation) {
    return AckedStream.of(
        new StreamIdentity(
            "c1",
            "node-1",
            "t1",
            "s1",
            "team/web",
            "team",
            pod,
            "uid",
            "app",
            0,
            stream,
            generation));
  }

  /** Lines {@code <pod> <stream> <number>}, each of ten bytes of its generation. */
  static AckedBatch numbered(AckedStream stream, int from, int to) {
    BatchWriter writer = new BatchWriter();
    byte[] bytes = new byte[64 * 1024];
    writer.begin(bytes, bytes.length);
    for (int i = from; i < to; i++) {
      byte[] line = line(stream, i).getBytes(UTF_8);
      writer.add(1, i * LINE_SPAN, (i + 1) * LINE_SPAN, NANOS + i, 0, line, 0, line.length);
    }
    return batch(writer, bytes, stream);
  }

  static AckedBatch batch(BatchWriter writer, byte[] bytes, AckedStream stream) {
    int length = writer.finish(1, 1);
    BatchReader reader = (BatchReader) new MessageDecoder().decode(bytes, length);
    return new AckedBatch(
        Instant.parse("2026-11-22T12:00:00Z"), reader.copy(), Map.of(1, stream), () -> {});
  }

  static String line(AckedStream stream, int number) {
    return stream.identity().pod() + " " + stream.identity().stream().text() + " " + number;
  }
}
