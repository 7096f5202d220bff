// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.cri;

/**
 * RFC 3339 times as runtimes write them: containerd trims zeros from the fraction and may write any
 * offset, conmon writes nine digits.
 */
public final class RecordTime {

  /** What {@link #epochNanos} answers for bytes that are no time. */
  public static final long NONE = Long.MIN_VALUE;

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private RecordTime() {}

  /** Nanoseconds since the epoch of the time in {@code [from, to)}, or {@link #NONE}. */
  public static long epochNanos(byte[] b, int from, int to) {
    if (to - from < 20
        || b[from + 4] != '-'
        || b[from + 7] != '-'
        || b[from + 10] != 'T'
        || b[from + 13] != ':'
        || b[from + 16] != ':') {
      return NONE;
    }
    int year = digits(b, from, 4);
    int month = digits(b, from + 5, 2);
    int day = digits(b, from + 8, 2);
    int hour = digits(b, from + 11, 2);
    int minute = digits(b, from + 14, 2);
    int second = digits(b, from + 17, 2);
    if (year < 1678 || year > 2261 || month < 1 || month > 12 || day < 1 || day > 31) {
      return NONE;
    }
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) {
      return NONE;
    }
    int i = from + 19;
    long nanos = 0;
    if (b[i] == '.') {
      long scale = NANOS_PER_SECOND;
      for (i++; i < to && isDigit(b[i]); i++) {
        scale /= 10;
        nanos += (b[i] - '0') * scale;
      }
    }
    int offsetSeconds = offsetSeconds(b, i, to);
    if (offsetSeconds == Integer.MIN_VALUE || day > daysOf(year, month)) {
      return NONE;
    }
    long days = epochDay(year, month, day);
    long seconds = days * 86_400 + hour * 3_600L + minute * 60L + second - offsetSeconds;
    return seconds * NANOS_PER_SECOND + nanos;
  }

  private static int daysOf(int year, int month) {
    if (month == 2) {
      return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
    }
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
  }

  /** Days since 1970-01-01, counting years from March, so that the leap day is the last. */
  private static long epochDay(int year, int month, int day) {
    int y = month > 2 ? year : year - 1;
    int era = y / 400;
    int yearOfEra = y - era * 400;
    int dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
    return era * 146_097L + dayOfEra - 719_468;
  }

  private static int offsetSeconds(byte[] b, int i, int to) {
    if (i == to - 1 && b[i] == 'Z') {
      return 0;
    }
    if (i != to - 6 || (b[i] != '+' && b[i] != '-') || b[i + 3] != ':') {
      return Integer.MIN_VALUE;
    }
    int hours = digits(b, i + 1, 2);
    int minutes = digits(b, i + 4, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) {
      return Integer.MIN_VALUE;
    }
    int seconds = hours * 3_600 + minutes * 60;
    return b[i] == '-' ? -seconds : seconds;
  }

  private static int digits(byte[] b, int from, int count) {
    int value = 0;
    for (int i = from; i < from + count; i++) {
      if (!isDigit(b[i])) {
        return -1;
      }
      value = value * 10 + b[i] - '0';
    }
    return value;
  }

  private static boolean isDigit(byte c) {
    return c >= '0' && c <= '9';
  }
}
