// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.source;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A daemon thread that can wait, and be told to end while it waits. */
final class SourceThread {

  private static final Logger log = LoggerFactory.getLogger(SourceThread.class);
  private static final long CLOSE_TIMEOUT_MS = 2_000;

  private final Thread thread;
  private final CountDownLatch stop = new CountDownLatch(1);

  SourceThread(String name, Runnable body) {
    thread = Thread.ofPlatform().name(name).daemon().unstarted(body);
  }

  void start() {
    thread.start();
  }

  boolean isStopping() {
    return stop.getCount() == 0;
  }

  /** Called by the thread itself: waits, until it is told to end at most. */
  void pause(long ms) {
    try {
      stop.await(ms, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      stop.countDown();
      Thread.currentThread().interrupt();
    }
  }

  void stop() {
    stop.countDown();
  }

  /** Waits for the end of the thread after {@link #stop}, unless the thread itself calls this. */
  void join() {
    if (!thread.isAlive() || thread == Thread.currentThread()) {
      return;
    }
    try {
      thread.join(CLOSE_TIMEOUT_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      log.warn(
          "{} has not ended within {} ms; leaving it behind", thread.getName(), CLOSE_TIMEOUT_MS);
    }
  }
}
