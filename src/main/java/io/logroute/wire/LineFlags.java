// SPDX-License-Identifier: Apache-2.0
package io.logroute.wire;

/** What is said about a line in one byte. */
public final class LineFlags {

  /** The line was longer, its end is missing. */
  public static final int TRUNCATED = 0x01;

  /** The record had no usable time; set and read by writer and reader themselves. */
  public static final int NO_TIME = 0x02;

  /** The line began in an earlier generation; its offsets are those of its part in this one. */
  public static final int CARRIED = 0x04;

  static final int ALL = TRUNCATED | NO_TIME | CARRIED;

  /** Not a line: the number of the stream that the lines behind it belong to. */
  static final int RUN = 0x80;

  private LineFlags() {}
}
