// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;

/** How often each controller has looked at a resource, and how often that failed. Thread-safe. */
final class ReconciliationCounts implements Metrics {

  private final ConcurrentMap<String, LongAdder> begun = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, LongAdder> failed = new ConcurrentHashMap<>();

  @Override
  public <T> T timeControllerExecution(ControllerExecution<T> execution) throws Exception {
    String controller = execution.controllerName();
    of(begun, controller).increment();
    LongAdder failures = of(failed, controller);
    try {
      return execution.execute();
    } catch (Exception e) {
      failures.increment();
      throw e;
    }
  }

  private static LongAdder of(ConcurrentMap<String, LongAdder> counts, String controller) {
    return counts.computeIfAbsent(controller, name -> new LongAdder());
  }

  /** Reconciliations since the start, by controller. */
  SortedMap<String, Long> begun() {
    return sums(begun);
  }

  /** Those that ended with an exception, by controller; each is in the log and is tried again. */
  SortedMap<String, Long> failed() {
    return sums(failed);
  }

  private static SortedMap<String, Long> sums(ConcurrentMap<String, LongAdder> counts) {
    SortedMap<String, Long> sums = new TreeMap<>();
    counts.forEach((controller, count) -> sums.put(controller, count.sum()));
    return sums;
  }
}
