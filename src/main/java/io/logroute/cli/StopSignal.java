// SPDX-License-Identifier: Apache-2.0
package io.logroute.cli;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Lets a command that runs until it is told to stop end in order: SIGTERM and SIGINT are passed on
 * to it, and the process ends with the command's own exit code instead of the JVM's 143.
 */
final class StopSignal {

  private final CompletableFuture<Void> asked = new CompletableFuture<>();
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
    asked.complete(null);
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
    awaitOr(new CompletableFuture<>());
  }

  /** Waits for the signal, but not longer. */
  void await(Duration atMost) throws InterruptedException {
    awaitOr(
        new CompletableFuture<Void>()
            .completeOnTimeout(null, atMost.toMillis(), TimeUnit.MILLISECONDS));
  }

  /** Waits for the signal, or for something else that ends the wait. */
  void awaitOr(CompletableFuture<Void> other) throws InterruptedException {
    try {
      CompletableFuture.anyOf(asked, other).get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  /** Whether it came. */
  boolean isAsked() {
    return asked.isDone();
  }

  /** The command has ended, well or not; the process may too, with this exit code. */
  void done(int code) {
    exitCode = code;
    done.countDown();
  }
}
