// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import java.time.Instant;
import java.time.InstantSource;

/**
 * Instants for lengths of time: they start at the machine's time and then go on evenly, whatever is
 * done to the machine's clock. Not for time stamps that others read. Thread-safe.
 */
final class SteadyClock implements InstantSource {

  private final Instant began = Instant.now();
  private final long beganNanos = System.nanoTime();

  @Override
  public Instant instant() {
    return began.plusNanos(System.nanoTime() - beganNanos);
  }
}
