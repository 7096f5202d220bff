// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import java.time.Duration;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices when the machine's clock is set. JOSDK waits by that clock ({@code java.util.Timer}):
 * after a step back, what was to be done again in a moment would wait for as long as the step was.
 * So everything is looked at once more then. Lengths of time of our own go by a {@link
 * SteadyClock}. Looks every two seconds, on a thread of its own.
 */
final class ClockSteps implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ClockSteps.class);
  private static final Duration LOOK = Duration.ofSeconds(2);

  /** Less is how clocks are kept, and costs no more than its own length. */
  private static final Duration WORTH_A_LOOK = Duration.ofSeconds(1);

  private final InstantSource wall;
  private final InstantSource steady;
  private final Runnable lookAgain;
  private final Rounds rounds = new Rounds("clock-steps", LOOK, this::look);
  private Duration ahead;

  /**
   * @param lookAgain has everything reconciled
   */
  ClockSteps(InstantSource wall, InstantSource steady, Runnable lookAgain) {
    this.wall = wall;
    this.steady = steady;
    this.lookAgain = lookAgain;
    ahead = ahead();
  }

  void start() {
    rounds.start();
  }

  void look() {
    if (isSet()) {
      lookAgain.run();
    }
  }

  /** Says so when the clock was set since the last look. */
  private synchronized boolean isSet() {
    Duration now = ahead();
    Duration step = now.minus(ahead);
    if (step.abs().compareTo(WORTH_A_LOOK) <= 0) {
      return false;
    }
    ahead = now;
    LOG.warn(
        "the clock of this machine was set {} by {} s: looking at everything again",
        step.isNegative() ? "back" : "ahead",
        step.abs().toSeconds());
    return true;
  }

  private Duration ahead() {
    return Duration.between(steady.instant(), wall.instant());
  }

  /** Ends it; a step that cost the Lease before the next look, and so this operator, is said. */
  @Override
  public void close() {
    rounds.close();
    isSet();
  }
}
