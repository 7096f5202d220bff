// SPDX-License-Identifier: Apache-2.0
package io.logroute.bench;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** A quantum of CRI records as a runtime writes them: the same bytes in every run. */
public final class SampleLines {

  private static final int SEED = 3;

  private SampleLines() {}

  /**
   * Whole records that fill at most so many bytes.
   *
   * @param meanBytes of a record, its header and line feed included
   * @param tag {@code F}, or {@code P} for lines that never end
   */
  public static byte[] records(int quantumBytes, int meanBytes, String tag) {
    Random random = new Random(SEED);
    ByteArrayOutputStream out = new ByteArrayOutputStream(quantumBytes);
    for (int number = 0; ; number++) {
      byte[] record = record(random, number, meanBytes, tag);
      if (out.size() + record.length > quantumBytes) {
        return out.toByteArray();
      }
      out.writeBytes(record);
    }
  }

  private static byte[] record(Random random, int number, int meanBytes, String tag) {
    StringBuilder text = new StringBuilder("2026-11-22T10:00:00.");
    text.append(100_000_000 + number).append("Z ");
    text.append(number % 10 == 0 ? "stderr " : "stdout ").append(tag).append(' ');
    int contentBytes = Math.max(1, meanBytes - text.length() - 1);
    int length = contentBytes / 2 + random.nextInt(contentBytes + 1);
    for (int i = 0; i < length; i++) {
      text.append((char) ('a' + random.nextInt(26)));
    }
    return text.append('\n').toString().getBytes(StandardCharsets.US_ASCII);
  }

  /** How many records there are. */
  public static int count(byte[] records) {
    int count = 0;
    for (byte b : records) {
      if (b == '\n') {
        count++;
      }
    }
    return count;
  }
}
