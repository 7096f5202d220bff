// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.driver;

/**
 * A log driver, as Docker's: it takes lines, says its name, and closes. One instance serves one
 * pipeline; all calls come from that pipeline's thread.
 *
 * <p>Adding a driver: implement this, register it in {@link LogDrivers#builtIn}, and register the
 * validator of its options in {@code LogOptionValidators.builtIn}.
 */
public interface LogDriver {

  /** What became of a line that was offered. */
  enum Outcome {
    /** The driver has it. */
    TAKEN,
    /** Not now: the same line will be offered again. The files are the buffer meanwhile. */
    BUSY,
    /** Not this stream, until further notice: it waits in its files, and others go on. */
    REFUSED,
    /** Nobody over there wants it; it is dropped and counted. */
    UNSUBSCRIBED
  }

  /** The name it is registered under. */
  String name();

  /** Offers a line; its bytes are valid only during the call. */
  Outcome log(LogLine line);

  /**
   * Ends the driver's work: lets out what is in flight for up to a time, then gives everything
   * back. Afterwards only {@link #pendingLines} may be asked.
   */
  void close(long graceMs);

  /**
   * How many of the lines taken last may still be lost if this process or the connection dies now:
   * positions stay before them. A driver that is done with a line when {@link #log} returns says 0.
   */
  default long pendingLines() {
    return 0;
  }

  /**
   * Does what the driver has to do between lines.
   *
   * @param idle nothing more to read now: what is collected should leave
   * @return whether anything happened
   */
  default boolean work(long nowNanos, boolean idle) {
    return false;
  }

  /** How long {@link #work} may wait at most when there is nothing to do, in nanoseconds. */
  default long maxWaitNanos() {
    return Long.MAX_VALUE;
  }
}
