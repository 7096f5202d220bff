// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.logroute.receiver.sink.StreamKey;
import io.logroute.wire.StandardStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;

class JournalRecordTest {

  private static final SpareArrays ARRAYS = new SpareArrays();

  private record Part(String file, long position, ByteBuffer bytes) {}

  private final long seed = new Random().nextLong();
  private final Random random = new Random(seed);
  private final JournalRecord record = new JournalRecord();

  @RepeatedTest(20)
  void shouldSayWhatWasPut() throws IOException {
    for (int round = 0; round < 3; round++) {
      List<Part> parts = new ArrayList<>();
      List<PendingLines> pending = new ArrayList<>();
      Map<StreamKey, Long> marks = new LinkedHashMap<>();
      record.begin();
      int files = 1 + random.nextInt(200);
      record.files(files);
      for (int i = 0; i < files; i++) {
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        PendingLines lines = lines(expected);
        pending.add(lines);
        String name = "t/s/" + "n".repeat(random.nextInt(200)) + i;
        long position = random.nextLong(1L << 40);
        record.lines(name, position, lines.asBuffers());
        parts.add(new Part(name, position, ByteBuffer.wrap(expected.toByteArray())));
        assertThat(lines.sizeBytes()).isEqualTo(expected.size());
        marks.put(new StreamKey(random.nextLong(), i), random.nextLong(1L << 40));
      }
      record.marks(marks.entrySet(), 7);
      byte[] whole = joined(record.end());
      pending.forEach(PendingLines::release);

      ByteBuffer head = ByteBuffer.wrap(whole);
      int length = whole.length - JournalRecord.HEAD_BYTES;
      assertThat(head.getInt()).as("seed %d", seed).isEqualTo(length);
      assertThat(head.getInt())
          .as("seed %d", seed)
          .isEqualTo(JournalRecord.checksum(whole, JournalRecord.HEAD_BYTES, length));
      List<Part> read = new ArrayList<>();
      Map<StreamKey, Long> readMarks = new LinkedHashMap<>();
      JournalRecord.read(head, into(read, readMarks));
      assertThat(read.equals(parts)).as("lines of seed %d", seed).isTrue();
      assertThat(readMarks).as("seed %d", seed).isEqualTo(marks);
      assertThat(head.hasRemaining()).isFalse();
    }
  }

  private PendingLines lines(ByteArrayOutputStream expected) throws IOException {
    PendingLines lines = new PendingLines(ARRAYS);
    CriHeader header = new CriHeader();
    int count = 1 + random.nextInt(random.nextInt(20) == 0 ? 2000 : 20);
    for (int i = 0; i < count; i++) {
      byte[] line = new byte[random.nextInt(random.nextInt(500) == 0 ? 600_000 : 300)];
      random.nextBytes(line);
      header.set(
          1_763_800_000_000_000_000L + random.nextLong(1L << 50), StandardStream.STDERR, false);
      lines.append(header, line, 0, line.length);
      expected.write(written(header, line));
    }
    return lines;
  }

  private static byte[] written(CriHeader header, byte[] line) {
    boolean escaped = LineFeeds.next(line, 0, line.length) < line.length;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] start = new byte[CriHeader.MAX_BYTES];
    bytes.write(start, 0, header.write(escaped, start, 0));
    for (byte b : line) {
      if (escaped && (b == '\n' || b == '\\')) {
        bytes.write('\\');
      }
      bytes.write(escaped && b == '\n' ? 'n' : b);
    }
    bytes.write('\n');
    return bytes.toByteArray();
  }

  private static byte[] joined(List<ByteBuffer> parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (ByteBuffer part : parts) {
      byte[] bytes = new byte[part.remaining()];
      part.get(bytes);
      all.writeBytes(bytes);
    }
    return all.toByteArray();
  }

  private static JournalRecord.Visitor into(List<Part> parts, Map<StreamKey, Long> marks) {
    return new JournalRecord.Visitor() {
      @Override
      public void lines(String file, long position, ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        parts.add(new Part(file, position, ByteBuffer.wrap(copy)));
      }

      @Override
      public void mark(StreamKey stream, long end, long heardAt) {
        assertThat(heardAt).isEqualTo(7);
        marks.put(stream, end);
      }
    };
  }
}
