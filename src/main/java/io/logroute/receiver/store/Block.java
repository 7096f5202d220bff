// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

/**
 * Whole lines that stand together in a file, and the times between which all of theirs are. Lines
 * of a file are not in the order of their times: the two streams of a container go their own way,
 * and a clock may be set back.
 *
 * @param start of the first byte, in the plain bytes of the file
 * @param end behind the last byte
 * @param minNanos the least time of a line, in nanoseconds since 1970
 * @param maxNanos the greatest
 * @param lines how many
 * @param packedStart of the gzip member that holds just this block; -1: there is none
 * @param packedEnd behind that member
 */
public record Block(
    long start,
    long end,
    long minNanos,
    long maxNanos,
    int lines,
    long packedStart,
    long packedEnd) {

  /** A block has at least as many bytes, but for the last one of a file. */
  public static final int BYTES = 256 * 1024;

  static final long NOT_PACKED = -1;

  /** Bytes of its lines. */
  public long length() {
    return end - start;
  }

  /** Whether it can be read without what stands before it. */
  public boolean isPacked() {
    return packedStart != NOT_PACKED;
  }
}
