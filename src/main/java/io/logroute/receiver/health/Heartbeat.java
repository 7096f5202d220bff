// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.health;

import java.time.Duration;

/** A thread's sign of life. Beaten by its thread, read by any. */
public final class Heartbeat {

  private volatile long lastNanos = System.nanoTime();
  private volatile boolean ended;

  public void beat() {
    lastNanos = System.nanoTime();
  }

  /** The thread has come to its end. */
  public void end() {
    ended = true;
  }

  /** Whether the thread has not ended and has beaten within this time. */
  public boolean isAlive(Duration within) {
    return !ended && System.nanoTime() - lastNanos <= within.toNanos();
  }
}
