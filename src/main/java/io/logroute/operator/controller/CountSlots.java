// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * When a status whose counts alone changed may be written: for one route at most every 5 s, for all
 * of them together 5 times a second, so that pods that come and go cost the API server little.
 * Thread-safe.
 */
final class CountSlots {

  private static final Duration OF_ONE = Duration.ofSeconds(5);
  private static final Duration OF_ALL = Duration.ofMillis(200);

  private final Map<String, Instant> written = new HashMap<>();
  private final Map<String, Instant> reserved = new HashMap<>();
  private Instant nextFree = Instant.EPOCH;

  /** How long a route has to wait for its turn, which is kept for it; zero: it may write now. */
  synchronized Duration untilTurn(String route, Instant now) {
    Instant turn = reserved.computeIfAbsent(route, name -> reserve(name, now));
    return turn.isAfter(now) ? Duration.between(now, turn) : Duration.ZERO;
  }

  private Instant reserve(String route, Instant now) {
    Instant last = written.get(route);
    Instant earliest = last == null || last.plus(OF_ONE).isBefore(now) ? now : last.plus(OF_ONE);
    Instant turn = earliest.isBefore(nextFree) ? nextFree : earliest;
    nextFree = turn.plus(OF_ALL);
    return turn;
  }

  /** A route's status is written, with its counts. */
  synchronized void written(String route, Instant now) {
    reserved.remove(route);
    written.put(route, now);
  }

  /** A route is gone. */
  synchronized void forget(String route) {
    reserved.remove(route);
    written.remove(route);
  }
}
