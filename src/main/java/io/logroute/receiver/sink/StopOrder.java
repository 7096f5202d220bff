// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.sink;

import java.time.Duration;

/** Tells a thread to end, and by when. Given by any thread, kept to by one. */
public final class StopOrder {

  private volatile long deadlineNanos;
  private volatile boolean given;

  /** Tells the thread to end within a grace, and waits until it has. */
  public void give(Thread thread, Duration grace) {
    deadlineNanos = System.nanoTime() + grace.toNanos();
    given = true;
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether the thread is to end. */
  public boolean isGiven() {
    return given;
  }

  /** Whether the grace is over. */
  public boolean isOver() {
    return given && System.nanoTime() - deadlineNanos > 0;
  }
}
