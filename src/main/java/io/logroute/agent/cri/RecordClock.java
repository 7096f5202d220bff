// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.cri;

import java.util.Arrays;

/**
 * The times of successive records: most stand in the minute of the one before, so that only seconds
 * and fraction have to be read. It says what {@link RecordTime#epochNanos} says. Used by one
 * thread.
 */
final class RecordClock {

  private static final int MINUTE_LENGTH = "2006-01-02T15:04:".length();
  private static final int POINT_AT = MINUTE_LENGTH + 2;
  private static final int MAX_FRACTION_DIGITS = 9;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final int[] SCALES = {
    1_000_000_000, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1
  };

  private final byte[] minute = new byte[MINUTE_LENGTH];
  private long minuteSeconds;

  /** Nanoseconds since the epoch of the time in {@code [from, to)}, or {@link RecordTime#NONE}. */
  long epochNanos(byte[] b, int from, int to) {
    int last = to - 1;
    int fractionDigits = last - from - POINT_AT - 1;
    boolean usual =
        fractionDigits > 0
            && fractionDigits <= MAX_FRACTION_DIGITS
            && b[last] == 'Z'
            && b[from + POINT_AT] == '.'
            && Arrays.equals(b, from, from + MINUTE_LENGTH, minute, 0, MINUTE_LENGTH);
    int second = usual ? number(b, from + MINUTE_LENGTH, 2) : -1;
    int fraction = second < 0 ? -1 : number(b, from + POINT_AT + 1, fractionDigits);
    if (fraction < 0 || second > 59) {
      return anew(b, from, to);
    }
    return (minuteSeconds + second) * NANOS_PER_SECOND + (long) fraction * SCALES[fractionDigits];
  }

  private long anew(byte[] b, int from, int to) {
    long nanos = RecordTime.epochNanos(b, from, to);
    if (nanos != RecordTime.NONE && b[to - 1] == 'Z') {
      System.arraycopy(b, from, minute, 0, MINUTE_LENGTH);
      long seconds = Math.floorDiv(nanos, NANOS_PER_SECOND);
      minuteSeconds = seconds - number(b, from + MINUTE_LENGTH, 2);
    }
    return nanos;
  }

  /** Of so many digits, nine at most; -1: they are not all digits. */
  private static int number(byte[] b, int from, int count) {
    int value = 0;
    for (int i = from; i < from + count; i++) {
      int digit = b[i] - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return value;
  }
}
