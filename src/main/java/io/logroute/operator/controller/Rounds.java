// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does one thing again and again, on a thread of its own. A round that fails is told, once for each
 * fault, and the next one comes all the same.
 */
final class Rounds implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);

  private final String name;
  private final Duration period;
  private final Runnable round;
  private final ScheduledExecutorService thread;
  private String told = "";

  /**
   * @param name of the thread, and in the log
   */
  Rounds(String name, Duration period, Runnable round) {
    this.name = name;
    this.period = period;
    this.round = round;
    thread =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name(name).daemon().factory());
  }

  void start() {
    thread.scheduleAtFixedRate(
        this::one, period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void one() {
    try {
      round.run();
    } catch (RuntimeException e) {
      if (!told.equals(e.toString())) {
        LOG.error("{}: will be tried again, a fault of LogRoute:", name, e);
      }
      told = e.toString();
    }
  }

  @Override
  public void close() {
    thread.shutdown();
  }
}
