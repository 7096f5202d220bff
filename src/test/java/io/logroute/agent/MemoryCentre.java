// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An endpoint in memory that outlives its agents, in one of two kinds: it acknowledges, and stores
 * a line once (docs/acked-protocol.md section 7), or it takes what a connection brings. Used by one
 * thread.
 */
final class MemoryCentre {

  /**
   * A line as it arrived.
   *
   * @param generation what its file is known by; 0: nothing
   * @param reading order holds within one
   */
  record Arrival(
      String container,
      String route,
      int restart,
      boolean stderr,
      long generation,
      long start,
      long end,
      boolean carried,
      boolean truncated,
      byte[] line,
      Reading reading) {

    String stream() {
      return container + "|" + route + "|" + restart + "|" + stderr + "|" + generation;
    }
  }

  /**
   * An agent's life, and how often the container had lost the route before: a route that is made
   * again starts over.
   */
  record Reading(int life, int start) {}

  private final boolean acknowledges;
  private final List<Arrival> arrived = new ArrayList<>();
  private final Map<String, Long> marks = new HashMap<>();
  private boolean up = true;

  MemoryCentre(boolean acknowledges) {
    this.acknowledges = acknowledges;
  }

  boolean acknowledges() {
    return acknowledges;
  }

  /** Whether it takes lines now. */
  boolean isUp() {
    return up;
  }

  void setUp(boolean up) {
    this.up = up;
  }

  /** All that arrived and was kept, in this order. */
  List<Arrival> arrived() {
    return arrived;
  }

  void take(Arrival arrival) {
    if (acknowledges && arrival.generation() != 0) {
      Long mark = marks.get(arrival.stream());
      if (mark != null && arrival.end() <= mark) {
        return;
      }
      marks.put(arrival.stream(), arrival.end());
    }
    arrived.add(arrival);
  }

  /** Something that it took was not on its disk when it was killed. */
  void lose(Arrival lost) {
    if (!arrived.removeIf(arrival -> arrival == lost)) {
      return;
    }
    marks.remove(lost.stream());
    for (Arrival kept : arrived) {
      if (kept.stream().equals(lost.stream())) {
        marks.merge(kept.stream(), kept.end(), Math::max);
      }
    }
  }
}
