// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.logroute.wire.StandardStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * What stands before a line: time, stream and tags. It is set for each line, or for all lines of
 * one time, and makes nothing new as long as neighbours are of one minute. Used by one thread.
 */
final class CriHeader {

  /** The second tag of a line in which {@code \n} is a line feed and {@code \\} a backslash. */
  static final String ESCAPED = "escaped";

  /** The second tag of a line of which only the first bytes are there. */
  static final String TRUNCATED = "truncated";

  /** Room for the longest. */
  static final int MAX_BYTES = 96;

  private static final long NANOS_PER_SECOND = 1_000_000_000;
  private static final long NANOS_PER_MINUTE = 60 * NANOS_PER_SECOND;
  private static final int MINUTE_CHARS = "2026-11-22T12:22:".length();

  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:").withZone(ZoneOffset.UTC);

  private static final byte[] ESCAPED_TAG = (":" + ESCAPED).getBytes(US_ASCII);
  private static final byte[][] STREAMS = new byte[StandardStream.values().length][];
  private static final byte[][] CUT_STREAMS = new byte[StandardStream.values().length][];

  static {
    for (StandardStream stream : StandardStream.values()) {
      String text = "Z " + stream.text() + " F";
      STREAMS[stream.ordinal()] = text.getBytes(US_ASCII);
      CUT_STREAMS[stream.ordinal()] = (text + ":" + TRUNCATED).getBytes(US_ASCII);
    }
  }

  private final byte[] bytes = new byte[MAX_BYTES];
  private long minute = Long.MIN_VALUE;
  private long nanos;
  private int length;

  /**
   * Makes it that of a line.
   *
   * @param epochNanos since 1970, UTC
   */
  void set(long epochNanos, StandardStream stream, boolean truncated) {
    nanos = epochNanos;
    long thisMinute = Math.floorDiv(epochNanos, NANOS_PER_MINUTE);
    if (thisMinute != minute) {
      String text = MINUTE.format(Instant.ofEpochSecond(60 * thisMinute));
      System.arraycopy(text.getBytes(US_ASCII), 0, bytes, 0, MINUTE_CHARS);
      minute = thisMinute;
    }
    long within = Math.floorMod(epochNanos, NANOS_PER_MINUTE);
    pair(MINUTE_CHARS, (int) (within / NANOS_PER_SECOND));
    bytes[MINUTE_CHARS + 2] = '.';
    fraction(MINUTE_CHARS + 3, (int) (within % NANOS_PER_SECOND));
    byte[] rest = (truncated ? CUT_STREAMS : STREAMS)[stream.ordinal()];
    System.arraycopy(rest, 0, bytes, MINUTE_CHARS + 12, rest.length);
    length = MINUTE_CHARS + 12 + rest.length;
  }

  private void fraction(int at, int ofSecond) {
    int less = ofSecond % 100_000_000;
    bytes[at] = (byte) ('0' + ofSecond / 100_000_000);
    pair(at + 1, less / 1_000_000);
    pair(at + 3, less / 10_000 % 100);
    pair(at + 5, less / 100 % 100);
    pair(at + 7, less % 100);
  }

  private void pair(int at, int value) {
    bytes[at] = (byte) ('0' + value / 10);
    bytes[at + 1] = (byte) ('0' + value % 10);
  }

  /** The time it says, in nanoseconds since 1970. */
  long nanos() {
    return nanos;
  }

  /**
   * Writes it before a line.
   *
   * @param escaped the line's line feeds are written as {@code \n}
   * @param into has room for {@link #MAX_BYTES} from {@code at}
   * @return where the line begins
   */
  int write(boolean escaped, byte[] into, int at) {
    System.arraycopy(bytes, 0, into, at, length);
    int end = at + length;
    if (escaped) {
      System.arraycopy(ESCAPED_TAG, 0, into, end, ESCAPED_TAG.length);
      end += ESCAPED_TAG.length;
    }
    into[end] = ' ';
    return end + 1;
  }
}
