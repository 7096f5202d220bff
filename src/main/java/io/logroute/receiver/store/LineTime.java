// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;

/**
 * Reads the time that begins every line of the store, {@code 2026-11-22T12:22:17.123456789Z}.
 * Neighbours are mostly of one minute, whose start is computed once. Used by one thread.
 */
public final class LineTime {

  /** Bytes of a time. */
  public static final int LENGTH = "2026-11-22T12:22:17.123456789Z".length();

  /** What stands for a time that is none; no line of the store has it. */
  public static final long NONE = Long.MIN_VALUE;

  private static final int MINUTE = "2026-11-22T12:22:".length();
  private static final int NANOS = MINUTE + "17.".length();
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  /** Beyond these years nanoseconds since 1970 are more than a long holds. */
  private static final int MIN_YEAR = 1678;

  private static final int MAX_YEAR = 2261;

  private static final long MIN_NANOS = startOf(MIN_YEAR);
  private static final long END_NANOS = startOf(MAX_YEAR + 1);

  private final byte[] minute = new byte[MINUTE];
  private long minuteSecond;

  private static long startOf(int year) {
    return LocalDateTime.of(year, 1, 1, 0, 0).toEpochSecond(ZoneOffset.UTC) * NANOS_PER_SECOND;
  }

  /** Whether {@link #nanos} understands a line that begins with this time. */
  static boolean isReadable(long nanos) {
    return nanos >= MIN_NANOS && nanos < END_NANOS;
  }

  /**
   * The time that begins a line.
   *
   * @param from of the line's first byte
   * @param to behind the line's last byte
   * @return nanoseconds since 1970, UTC; {@link #NONE} when the line begins otherwise
   */
  public long nanos(byte[] bytes, int from, int to) {
    if (to - from < LENGTH || bytes[from + LENGTH - 1] != 'Z' || bytes[from + MINUTE + 2] != '.') {
      return NONE;
    }
    if (!Arrays.equals(bytes, from, from + MINUTE, minute, 0, MINUTE) && !isMinute(bytes, from)) {
      return NONE;
    }
    long second = digits(bytes, from + MINUTE, 2);
    long nanos = digits(bytes, from + NANOS, 9);
    return second < 0 || nanos < 0 ? NONE : (minuteSecond + second) * NANOS_PER_SECOND + nanos;
  }

  private boolean isMinute(byte[] bytes, int from) {
    int year = digits(bytes, from, 4);
    int month = digits(bytes, from + 5, 2);
    int day = digits(bytes, from + 8, 2);
    int hour = digits(bytes, from + 11, 2);
    int minuteOfHour = digits(bytes, from + 14, 2);
    boolean marked =
        bytes[from + 4] == '-'
            && bytes[from + 7] == '-'
            && bytes[from + 10] == 'T'
            && bytes[from + 13] == ':'
            && bytes[from + 16] == ':';
    if (!marked || year < MIN_YEAR || year > MAX_YEAR) {
      return false;
    }
    try {
      minuteSecond =
          LocalDateTime.of(year, month, day, hour, minuteOfHour).toEpochSecond(ZoneOffset.UTC);
    } catch (DateTimeException e) {
      return false;
    }
    System.arraycopy(bytes, from, minute, 0, MINUTE);
    return true;
  }

  private static int digits(byte[] bytes, int from, int count) {
    int value = 0;
    for (int i = from; i < from + count; i++) {
      int digit = bytes[i] - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return value;
  }
}
