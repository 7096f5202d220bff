// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.driver;

import org.jspecify.annotations.Nullable;

/**
 * One logical line on its way to a driver: a view of bytes that belong to somebody else and are
 * valid only during the call. The pipeline reuses the instance for every line.
 */
public final class LogLine {

  private static final byte[] NOTHING = {};

  private @Nullable Target target;
  private byte[] bytes = NOTHING;
  private int offset;
  private int length;
  private boolean stderr;
  private boolean truncated;
  private long epochNanos;
  private long generation;
  private long start;
  private long end;
  private boolean carried;

  /**
   * Sets the content.
   *
   * @param epochNanos the time of the line's last record; {@link Long#MIN_VALUE}: not known
   * @param truncated the line was longer
   */
  public LogLine set(
      Target target,
      byte[] bytes,
      int offset,
      int length,
      boolean stderr,
      long epochNanos,
      boolean truncated) {
    this.target = target;
    this.bytes = bytes;
    this.offset = offset;
    this.length = length;
    this.stderr = stderr;
    this.epochNanos = epochNanos;
    this.truncated = truncated;
    return this;
  }

  /**
   * Sets where it comes from.
   *
   * @param generation hash of the first record of the generation in which the line ends; 0: unknown
   * @param start where its first record in that generation starts
   * @param end where the record behind its last one starts
   * @param carried it began in an earlier generation
   */
  public LogLine from(long generation, long start, long end, boolean carried) {
    this.generation = generation;
    this.start = start;
    this.end = end;
    this.carried = carried;
    return this;
  }

  public Target target() {
    if (target == null) {
      throw new IllegalStateException("the line was never set");
    }
    return target;
  }

  /** The array that holds the line, without its line feed. */
  public byte[] bytes() {
    return bytes;
  }

  public int offset() {
    return offset;
  }

  public int length() {
    return length;
  }

  public boolean isStderr() {
    return stderr;
  }

  public boolean isTruncated() {
    return truncated;
  }

  /** Nanoseconds since the epoch; {@link Long#MIN_VALUE} when it is not known. */
  public long epochNanos() {
    return epochNanos;
  }

  public long generation() {
    return generation;
  }

  public long start() {
    return start;
  }

  public long end() {
    return end;
  }

  public boolean isCarried() {
    return carried;
  }
}
