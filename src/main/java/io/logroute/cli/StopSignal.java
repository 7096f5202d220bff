// SPDX-License-Identifier: Apache-2.0
package io.logroute.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a command that runs until it is told to stop end in order: SIGTERM and SIGINT are passed on
 * to it, and the process ends with the command's own exit code instead of the JVM's 143.
 */
final class StopSignal {

  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch done = new CountDownLatch(1);
  private volatile int exitCode;

  private StopSignal() {}

  /**
   * From now on a signal is passed on.
   *
   * @param grace how long the process waits for the command to end after the signal
   */
  static StopSignal install(Duration grace) {
    StopSignal signal = new StopSignal();
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> signal.whenSignalled(grace), "stop-signal"));
    return signal;
  }

  private void whenSignalled(Duration grace) {
    asked.countDown();
    try {
      if (done.await(grace.toMillis(), TimeUnit.MILLISECONDS)) {
        Runtime.getRuntime().halt(exitCode);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for the signal. */
  void await() throws InterruptedException {
    asked.await();
  }

  /** Whether it came. */
  boolean isAsked() {
    return asked.getCount() == 0;
  }

  /** The command has ended, well or not; the process may too, with this exit code. */
  void done(int code) {
    exitCode = code;
    done.countDown();
  }
}
