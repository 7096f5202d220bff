// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Wakes many nodes one after the other: a change that touches every node of a large cluster must
 * not stand before the pods that start meanwhile, nor flood the API server.
 *
 * <p>The next node is woken when the one before has been looked at and its table written, and after
 * a rest as long as that took, 40 a second at most. So the lane takes half of what one writer
 * could, whatever the API server gives: where a write takes 20 ms, 25 tables a second, where it
 * takes 1 s because others want it, one in 2 s. A node that is not looked at within {@link
 * #PATIENCE}, since it is gone or somebody else leads, holds up nobody. A node that waits already
 * waits once. Thread-safe.
 */
final class SlowLane implements AutoCloseable {

  private static final Duration PERIOD = Duration.ofMillis(25);

  /** How long the lane waits for a node that was woken. */
  static final Duration PATIENCE = Duration.ofSeconds(1);

  /** So few are no burden, and wait for nobody. */
  static final int AT_ONCE = 32;

  private final Consumer<String> wake;
  private final LongSupplier nanoTime;
  private final LinkedHashSet<String> waiting = new LinkedHashSet<>();
  private final Rounds rounds = new Rounds("slow-lane", PERIOD, this::next);
  private @Nullable String woken;
  private long wokenAtNanos;
  private long restUntilNanos;

  /**
   * @param nanoTime as {@link System#nanoTime()}
   */
  SlowLane(Consumer<String> wake, LongSupplier nanoTime) {
    this.wake = wake;
    this.nanoTime = nanoTime;
    restUntilNanos = nanoTime.getAsLong();
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

  /** A node has been looked at, whoever woke it, and its table written where it had to be. */
  void looked(String node) {
    synchronized (waiting) {
      if (node.equals(woken)) {
        long now = nanoTime.getAsLong();
        woken = null;
        restUntilNanos = now + (now - wokenAtNanos);
      }
    }
  }

  /** One turn of the lane. */
  void next() {
    String node;
    synchronized (waiting) {
      node = choose();
    }
    if (node != null) {
      wake.accept(node);
    }
  }

  private @Nullable String choose() {
    long now = nanoTime.getAsLong();
    boolean busy = woken != null && now - wokenAtNanos < PATIENCE.toNanos();
    Iterator<String> first = waiting.iterator();
    if (busy || restUntilNanos - now > 0 || !first.hasNext()) {
      return null;
    }
    String node = first.next();
    first.remove();
    woken = node;
    wokenAtNanos = now;
    return node;
  }

  @Override
  public void close() {
    rounds.close();
  }
}
