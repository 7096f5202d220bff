// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.logroute.operator.compile.PodFacts;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Pods that are gone and stay in their node's table for a while: an agent that comes late still
 * finds the files of a Job that lived for a moment. Thread-safe.
 */
final class DepartedPods {

  /** How long a pod's entry outlives the pod, at least. */
  static final Duration STAY = Duration.ofMinutes(10);

  /** Those that went within such a time leave together, which is one write of the table. */
  private static final Duration TOGETHER = Duration.ofMinutes(1);

  private record Departed(PodFacts pod, Instant until) {}

  private final InstantSource clock;
  private final Map<String, Map<String, Departed>> byNode = new HashMap<>();

  DepartedPods(InstantSource clock) {
    this.clock = clock;
  }

  synchronized void add(String node, PodFacts pod) {
    byNode
        .computeIfAbsent(node, name -> new HashMap<>())
        .put(pod.logId(), new Departed(pod, end(clock.instant())));
  }

  private static Instant end(Instant now) {
    long togetherMs = TOGETHER.toMillis();
    long endMs = now.plus(STAY).toEpochMilli();
    return Instant.ofEpochMilli((endMs + togetherMs - 1) / togetherMs * togetherMs);
  }

  /** A static pod's mirror comes back under the same id: it is not gone any more. */
  synchronized void remove(String node, String logId) {
    byNode.getOrDefault(node, new HashMap<>()).remove(logId);
  }

  synchronized void forget(String node) {
    byNode.remove(node);
  }

  /** The pods that still stay in a node's table. */
  synchronized List<PodFacts> of(String node) {
    Map<String, Departed> departed = byNode.get(node);
    if (departed == null) {
      return List.of();
    }
    Instant now = clock.instant();
    departed.values().removeIf(d -> !d.until.isAfter(now));
    if (departed.isEmpty()) {
      byNode.remove(node);
    }
    return new ArrayList<>(departed.values().stream().map(Departed::pod).toList());
  }

  /** How long until the next one leaves, never less than nothing; empty when there is none. */
  synchronized Optional<Duration> untilNext(String node) {
    return byNode.getOrDefault(node, Map.of()).values().stream()
        .map(Departed::until)
        .min(Comparator.naturalOrder())
        .map(until -> Duration.between(clock.instant(), until))
        .map(wait -> wait.isNegative() ? Duration.ZERO : wait);
  }
}
