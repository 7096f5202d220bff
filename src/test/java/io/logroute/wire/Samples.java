// SPDX-License-Identifier: Apache-2.0
package io.logroute.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32C;

/** Random messages, and the means to take them apart. */
final class Samples {

  private static final String ID_CHARACTERS =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

  /** A line as it goes into a batch and comes out again. */
  record Line(
      int stream,
      long start,
      long end,
      long epochNanos,
      int flags,
      List<Byte> bytes,
      boolean run) {}

  private final RandomGenerator random;

  Samples(long seed) {
    this.random = new Random(seed);
  }

  long session() {
    return random.nextLong() | 1;
  }

  Message control() {
    long session = session();
    return switch (random.nextInt(10)) {
      case 0 ->
          new Message.Hello(
              session,
              byteValue(),
              byteValue(),
              random.nextLong(),
              text(253),
              text(253),
              text(128));
      case 1 ->
          new Message.Welcome(
              session,
              byteValue(),
              random.nextLong(),
              random.nextLong(),
              random.nextLong(),
              random.nextLong(WireLimits.MIN_WINDOW_BYTES, Long.MAX_VALUE),
              random.nextInt(WireLimits.MIN_BATCH_LIMIT_BYTES, WireLimits.MAX_MESSAGE_BYTES + 1),
              number(),
              text(128));
      case 2 -> new Message.Refuse(session, random.nextInt(1 << 16), random.nextInt(3), text(1024));
      case 3 -> new Message.Stream(session, number(), identity());
      case 4 -> new Message.End(session, number(), random.nextBoolean());
      case 5 -> new Message.Ack(session, taken());
      case 6 -> new Message.Ping(session, random.nextLong());
      case 7 -> new Message.Pong(session, random.nextLong());
      case 8 -> new Message.Bye(session);
      default -> new Message.Closing(session);
    };
  }

  private int byteValue() {
    return random.nextInt(256);
  }

  private int number() {
    return random.nextInt(1, Integer.MAX_VALUE);
  }

  private List<Message.Taken> taken() {
    List<Message.Taken> taken = new ArrayList<>();
    int count = random.nextInt(10) == 0 ? WireLimits.MAX_ACKS : random.nextInt(1, 10);
    for (int i = 0; i < count; i++) {
      taken.add(new Message.Taken(number(), random.nextLong(Long.MAX_VALUE)));
    }
    return taken;
  }

  StreamIdentity identity() {
    return new StreamIdentity(
        random.nextBoolean() ? "" : id(253),
        id(253),
        id(128),
        id(128),
        text(317),
        id(253),
        id(253),
        id(253),
        id(253),
        random.nextInt(Integer.MAX_VALUE),
        random.nextBoolean() ? StandardStream.STDOUT : StandardStream.STDERR,
        random.nextLong());
  }

  private String id(int maxBytes) {
    StringBuilder id = new StringBuilder("x");
    for (int length = random.nextInt(maxBytes); length > 0; length--) {
      id.append(ID_CHARACTERS.charAt(random.nextInt(ID_CHARACTERS.length())));
    }
    return id.toString();
  }

  private String text(int maxBytes) {
    int characters = random.nextInt(maxBytes / 2 + 1);
    return "é".repeat(characters / 2) + "a/ ".repeat(characters / 3);
  }

  /** As many lines as fit in a batch of a size, or fewer, and the message. */
  byte[] batch(int maxBytes, List<Line> lines) {
    byte[] target = new byte[maxBytes];
    BatchWriter writer = new BatchWriter();
    writer.begin(target, maxBytes);
    int wanted = random.nextInt(1, 200);
    int stream = number();
    long end = 0;
    boolean run = true;
    for (int i = 0; i < wanted; i++) {
      if (i > 0 && random.nextInt(4) == 0) {
        int next = random.nextInt(1, 10);
        run = next != stream;
        stream = next;
        end = run ? 0 : end;
      }
      long start = end + (random.nextBoolean() ? 0 : random.nextLong(1L << random.nextInt(1, 40)));
      end = start + 1 + random.nextLong(1L << random.nextInt(1, 30));
      long time = random.nextInt(5) == 0 ? Long.MIN_VALUE : time();
      int flags = random.nextInt(3) == 0 ? LineFlags.TRUNCATED : 0;
      flags |= random.nextInt(3) == 0 ? LineFlags.CARRIED : 0;
      byte[] source = new byte[random.nextInt(300)];
      random.nextBytes(source);
      int from = random.nextInt(source.length + 1);
      int length = source.length - from;
      if (!writer.add(stream, start, end, time, flags, source, from, length)) {
        break;
      }
      lines.add(new Line(stream, start, end, time, flags, bytes(source, from, length), run));
      run = false;
    }
    int length = writer.finish(session(), random.nextLong(1, Long.MAX_VALUE));
    return Arrays.copyOf(target, length);
  }

  private long time() {
    return random.nextInt(10) == 0
        ? Math.max(Long.MIN_VALUE + 1, random.nextLong())
        : 1_790_000_000_000_000_000L + random.nextLong(1_000_000_000L);
  }

  static List<Byte> bytes(byte[] source, int from, int length) {
    List<Byte> bytes = new ArrayList<>(length);
    for (int i = from; i < from + length; i++) {
      bytes.add(source[i]);
    }
    return bytes;
  }

  static List<Line> lines(BatchReader batch) {
    List<Line> lines = new ArrayList<>();
    while (batch.next()) {
      lines.add(
          new Line(
              batch.stream(),
              batch.start(),
              batch.end(),
              batch.epochNanos(),
              (batch.isTruncated() ? LineFlags.TRUNCATED : 0)
                  | (batch.isCarried() ? LineFlags.CARRIED : 0),
              bytes(batch.bytes(), batch.lineOffset(), batch.lineLength()),
              batch.isRunStart()));
    }
    return lines;
  }

  /** Makes the checksum right again. */
  static void seal(byte[] message) {
    CRC32C crc = new CRC32C();
    crc.update(message, 0, message.length - 4);
    for (int i = 0; i < 4; i++) {
      message[message.length - 4 + i] = (byte) (crc.getValue() >>> (8 * i));
    }
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
