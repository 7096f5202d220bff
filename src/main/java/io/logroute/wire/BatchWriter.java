// SPDX-License-Identifier: Apache-2.0
package io.logroute.wire;

import java.util.zip.CRC32C;

/**
 * Writes a BATCH, line by line, into the caller's array; allocates nothing. Used by one thread:
 * {@link #begin}, any number of {@link #add}, {@link #finish}, and again.
 *
 * <p>A finished message may go out in a later session too, with the same streams under the same
 * numbers: {@link #restamp} gives it that session and another batch number.
 */
public final class BatchWriter {

  /** A message takes this and its lines. */
  public static final int HEAD_AND_TAIL_BYTES = 18 + Frame.CRC_BYTES;

  /** A line takes at most this and its own bytes: change of stream, flags, four varints. */
  public static final int MAX_LINE_OVERHEAD_BYTES = 1 + 5 + 1 + 9 + 9 + 10 + 4;

  static final int NUMBER_AT = Frame.BODY_AT;
  static final int FLAGS_AT = NUMBER_AT + Long.BYTES;
  static final int ENTRIES_AT = FLAGS_AT + 1;

  private final CRC32C crc = new CRC32C();
  private byte[] target = {};
  private int limit;
  private int position;
  private int stream;
  private long end;
  private long time;
  private int lines;

  /** The size of an array in which a line of a length fits in any case. */
  public static int roomFor(int lineLength) {
    return HEAD_AND_TAIL_BYTES + MAX_LINE_OVERHEAD_BYTES + lineLength;
  }

  /**
   * Begins a message at index 0 of an array, which belongs to the writer until {@link #finish}.
   *
   * @param limit the message's length at most; no more than the array's
   */
  public void begin(byte[] target, int limit) {
    if (limit < HEAD_AND_TAIL_BYTES || limit > target.length) {
      throw new IllegalArgumentException("a batch cannot be limited to " + limit + " bytes");
    }
    this.target = target;
    this.limit = limit;
    target[Frame.TYPE_AT] = MessageType.BATCH.code();
    target[FLAGS_AT] = 0;
    position = ENTRIES_AT;
    stream = 0;
    end = 0;
    time = 0;
    lines = 0;
  }

  /**
   * Adds a line. Lines of a stream come in the order of their offsets, and do not overlap.
   *
   * @param stream its number, positive
   * @param start where its first record starts in the uncompressed generation
   * @param end where the record behind its last one starts
   * @param epochNanos {@link Long#MIN_VALUE}: not known
   * @param flags {@link LineFlags#TRUNCATED} and {@link LineFlags#CARRIED}
   * @param length at most {@link WireLimits#MAX_LINE_BYTES}
   * @return false when there may be no room; then nothing has changed
   */
  public boolean add(
      int stream,
      long start,
      long end,
      long epochNanos,
      int flags,
      byte[] source,
      int from,
      int length) {
    if (limit - Frame.CRC_BYTES - position - MAX_LINE_OVERHEAD_BYTES < length) {
      return false;
    }
    boolean sameRun = stream == this.stream;
    long before = sameRun ? this.end : 0;
    if (stream <= 0 || start < before || end <= start || length > WireLimits.MAX_LINE_BYTES) {
      throw new IllegalArgumentException(
          "stream %d, offsets %d to %d after %d, %d bytes: not a line that can be sent"
              .formatted(stream, start, end, before, length));
    }
    byte[] b = target;
    int p = position;
    if (!sameRun) {
      b[p++] = (byte) LineFlags.RUN;
      p = varint(b, p, stream);
    }
    boolean hasTime = epochNanos != Long.MIN_VALUE;
    b[p++] = (byte) (flags & ~LineFlags.NO_TIME | (hasTime ? 0 : LineFlags.NO_TIME));
    p = varint(b, p, start - before);
    p = varint(b, p, end - start);
    if (hasTime) {
      long delta = epochNanos - time;
      p = varint(b, p, delta << 1 ^ delta >> 63);
      time = epochNanos;
    }
    p = varint(b, p, length);
    System.arraycopy(source, from, b, p, length);
    position = p + length;
    this.stream = stream;
    this.end = end;
    lines++;
    return true;
  }

  private static int varint(byte[] b, int at, long value) {
    int p = at;
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      b[p++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    b[p++] = (byte) rest;
    return p;
  }

  /** How many lines were added. */
  public int lines() {
    return lines;
  }

  /** How long the message would be if it were finished now. */
  public int length() {
    return position + Frame.CRC_BYTES;
  }

  /**
   * Ends the message.
   *
   * @param number of the batch in its session, 1 for the first, each one more than the one before
   * @return the message's length
   */
  public int finish(long session, long number) {
    int length = length();
    stamp(target, length, session, number, crc);
    return length;
  }

  /** Gives a finished message another session and number. */
  public static void restamp(byte[] message, int length, long session, long number) {
    stamp(message, length, session, number, new CRC32C());
  }

  private static void stamp(byte[] message, int length, long session, long number, CRC32C crc) {
    Frame.LONG.set(message, Frame.SESSION_AT, session);
    Frame.LONG.set(message, NUMBER_AT, number);
    crc.reset();
    crc.update(message, 0, length - Frame.CRC_BYTES);
    Frame.INT.set(message, length - Frame.CRC_BYTES, (int) crc.getValue());
  }
}
