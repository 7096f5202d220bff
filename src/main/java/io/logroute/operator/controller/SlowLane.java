// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.function.Consumer;

/**
 * Wakes many nodes one after the other, 40 a second: a change that touches every node of a large
 * cluster must not stand before the pods that start meanwhile, nor flood the API server. A node
 * that waits already waits once. Thread-safe.
 */
final class SlowLane implements AutoCloseable {

  private static final Duration PERIOD = Duration.ofMillis(25);

  /** So few are no burden, and wait for nobody. */
  private static final int AT_ONCE = 32;

  private final Consumer<String> wake;
  private final LinkedHashSet<String> waiting = new LinkedHashSet<>();
  private final Rounds rounds = new Rounds("slow-lane", PERIOD, this::next);

  SlowLane(Consumer<String> wake) {
    this.wake = wake;
  }

  void start() {
    rounds.start();
  }

  void wake(Collection<String> nodes) {
    if (nodes.size() <= AT_ONCE) {
      nodes.forEach(wake);
      return;
    }
    synchronized (waiting) {
      waiting.addAll(nodes);
    }
  }

  /** How many nodes wait for their turn. */
  int waiting() {
    synchronized (waiting) {
      return waiting.size();
    }
  }

  private void next() {
    String node;
    synchronized (waiting) {
      Iterator<String> first = waiting.iterator();
      if (!first.hasNext()) {
        return;
      }
      node = first.next();
      first.remove();
    }
    wake.accept(node);
  }

  @Override
  public void close() {
    rounds.close();
  }
}
