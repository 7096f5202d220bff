// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import io.logroute.receiver.health.Heartbeat;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repeats what the disk does not let happen, with growing pauses, until it does or the stop has
 * waited long enough. Says so once, and says when it goes on. Steps are run by one thread.
 */
final class Perseverance {

  private static final Logger LOG = LoggerFactory.getLogger(Perseverance.class);

  private static final long FIRST_PAUSE_MS = 50;
  private static final long LONGEST_PAUSE_MS = 1000;

  /** How long a stop waits for a store that cannot write. */
  private static final Duration STOP_GRACE = Duration.ofSeconds(5);

  /** Something that can fail, and may be done again then. */
  interface Step {
    void run() throws IOException;
  }

  private final String what;
  private final StoreMetrics metrics;
  private final Heartbeat heartbeat;
  private final Step freeFiles;
  private final CountDownLatch stopAsked = new CountDownLatch(1);

  private volatile @Nullable String obstacle;
  private volatile long stopDeadlineNanos;
  private boolean gaveUp;

  /**
   * @param what is not stored meanwhile, for people
   * @param freeFiles is run between two attempts, since the system may have no more files
   */
  Perseverance(String what, StoreMetrics metrics, Heartbeat heartbeat, Step freeFiles) {
    this.what = what;
    this.metrics = metrics;
    this.heartbeat = heartbeat;
    this.freeFiles = freeFiles;
  }

  /** Why nothing can be written now; empty when all is well. By any thread. */
  Optional<String> obstacle() {
    return Optional.ofNullable(obstacle);
  }

  /** From now on it perseveres for five seconds more. By any thread. */
  void stop() {
    stopDeadlineNanos = System.nanoTime() + STOP_GRACE.toNanos();
    stopAsked.countDown();
  }

  boolean isStopping() {
    return stopAsked.getCount() == 0;
  }

  /** Whether it has stopped trying. */
  boolean gaveUp() {
    return gaveUp;
  }

  /** Runs a step until it succeeds; false: it gave up. */
  boolean untilDone(Step step) throws InterruptedException {
    long pauseMs = FIRST_PAUSE_MS;
    while (!gaveUp) {
      try {
        step.run();
        goesOn();
        return true;
      } catch (IOException e) {
        stalls(e);
      }
      gaveUp = isStopping() && System.nanoTime() - stopDeadlineNanos > 0;
      heartbeat.beat();
      pause(pauseMs);
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
      free();
    }
    return false;
  }

  private void pause(long pauseMs) throws InterruptedException {
    if (stopAsked.await(pauseMs, TimeUnit.MILLISECONDS)) {
      TimeUnit.MILLISECONDS.sleep(FIRST_PAUSE_MS);
    }
  }

  private void free() {
    try {
      freeFiles.run();
    } catch (IOException e) {
      LOG.debug("closing idle files failed too", e);
    }
  }

  /** Says what does not let a step happen, as {@link #untilDone} does. */
  void stalls(IOException e) {
    String cause = "cannot store " + what + ", trying again until it works: " + DataFolder.cause(e);
    if (obstacle == null) {
      LOG.error("{}", cause);
      metrics.stalled(true);
    }
    obstacle = cause;
  }

  private void goesOn() {
    if (obstacle != null) {
      obstacle = null;
      metrics.stalled(false);
      LOG.info("{} are stored again", what);
    }
  }
}
