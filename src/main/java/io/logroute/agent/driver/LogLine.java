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
  private long epochNanos;

  /** Sets the content; {@code epochNanos} is the time of the line's last record. */
  public LogLine set(
      Target target, byte[] bytes, int offset, int length, boolean stderr, long epochNanos) {
    this.target = target;
    this.bytes = bytes;
    this.offset = offset;
    this.length = length;
    this.stderr = stderr;
    this.epochNanos = epochNanos;
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

  /** Nanoseconds since the epoch; {@link Long#MIN_VALUE} when the record had no usable time. */
  public long epochNanos() {
    return epochNanos;
  }
}
