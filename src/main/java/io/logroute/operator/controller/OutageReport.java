// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says when the API server is away and when it is back, one line each. Agents go on meanwhile, so
 * it is worth no more. Looks every two seconds, on a thread of its own.
 */
final class OutageReport implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(OutageReport.class);
  private static final Duration LOOK = Duration.ofSeconds(2);

  /** A watch that ends is begun again at once; only what lasts is an outage. */
  private static final int LOOKS_BEFORE_TELLING = 2;

  private final BooleanSupplier watching;
  private final Rounds rounds = new Rounds("outage-report", LOOK, this::look);
  private int away;

  OutageReport(BooleanSupplier watching) {
    this.watching = watching;
  }

  void start() {
    rounds.start();
  }

  private void look() {
    if (watching.getAsBoolean()) {
      if (away >= LOOKS_BEFORE_TELLING) {
        LOG.info("the API server is back: the operator follows the cluster again");
      }
      away = 0;
    } else if (++away == LOOKS_BEFORE_TELLING) {
      LOG.warn("the API server cannot be watched; trying on, agents go on with their tables");
    }
  }

  @Override
  public void close() {
    rounds.close();
  }
}
