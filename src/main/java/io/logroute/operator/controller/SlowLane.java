// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Wakes many nodes one after the other, 40 a second: a change that touches every node of a large
 * cluster must not stand before the pods that start meanwhile, nor flood the API server. A node
 * that waits already waits once. Thread-safe.
 */
final class SlowLane implements AutoCloseable {

  private static final long PERIOD_MS = 25;

  /** So few are no burden, and wait for nobody. */
  private static final int AT_ONCE = 32;

  private final Consumer<String> wake;
  private final LinkedHashSet<String> waiting = new LinkedHashSet<>();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("slow-lane").daemon().factory());

  SlowLane(Consumer<String> wake) {
    this.wake = wake;
  }

  void start() {
    thread.scheduleAtFixedRate(this::next, PERIOD_MS, PERIOD_MS, TimeUnit.MILLISECONDS);
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
    thread.shutdown();
  }
}
