// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The operator's own share of a pod's way into its table: from the pod's event to the moment when
 * the request that writes its node's table is sent. A node's time begins with its first event that
 * no look has taken up yet. A look that finds nothing to write counts for nothing. Thread-safe.
 */
final class TableDelays {

  /** Upper bounds of the buckets. */
  static final double[] BUCKET_SECONDS = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

  private final LongSupplier nanoTime;
  private final Map<String, Long> changedAtNanos = new ConcurrentHashMap<>();
  private final AtomicLongArray counts = new AtomicLongArray(BUCKET_SECONDS.length + 1);
  private final LongAdder sumNanos = new LongAdder();
  private volatile boolean working;

  /**
   * @param nanoTime as {@link System#nanoTime()}
   */
  TableDelays(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** From now on this operator writes tables: what it heard while another did, counts not. */
  void begin() {
    working = true;
  }

  /** A pod of a node came, changed or went. */
  void changed(String node) {
    if (working) {
      changedAtNanos.putIfAbsent(node, nanoTime.getAsLong());
    }
  }

  /** A look at a node begins and takes up what changed; absent when no pod did. */
  @Nullable Long take(String node) {
    return changedAtNanos.remove(node);
  }

  /** The look failed: what it took up is still to be written. */
  void giveBack(String node, @Nullable Long changedAt) {
    if (changedAt != null) {
      changedAtNanos.merge(node, changedAt, Math::min);
    }
  }

  /** The request that writes what was taken up is about to be sent. */
  void sent(@Nullable Long changedAt) {
    if (changedAt == null) {
      return;
    }
    long nanos = nanoTime.getAsLong() - changedAt;
    int bucket = 0;
    while (bucket < BUCKET_SECONDS.length && nanos > BUCKET_SECONDS[bucket] * 1e9) {
      bucket++;
    }
    counts.incrementAndGet(bucket);
    sumNanos.add(nanos);
  }

  /** How many there were up to each bound, and of all as the last one. */
  long[] cumulated() {
    long[] cumulated = new long[counts.length()];
    long sum = 0;
    for (int i = 0; i < cumulated.length; i++) {
      sum += counts.get(i);
      cumulated[i] = sum;
    }
    return cumulated;
  }

  /** Of all delays together. */
  double sumSeconds() {
    return sumNanos.sum() / 1e9;
  }
}
