// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.tail.LossReason;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is not delivered although somebody wanted it, or might have: each loss is a line of the log,
 * counts in the metrics, and the newest {@value #MAX_KEPT} stand in {@code /debug/containers}. Any
 * thread may enter and look.
 */
final class LossLedger {

  private static final Logger log = LoggerFactory.getLogger(LossLedger.class);

  /** As many losses as are kept to be looked at. */
  static final int MAX_KEPT = 256;

  /**
   * A loss.
   *
   * @param container {@code <namespace>_<pod>_<uid>/<container>}
   * @param file the last name of the file, or what is known of it
   * @param route that wanted it; empty: no route did yet
   * @param from the first byte that is lost, of the uncompressed file
   * @param to behind the last one
   */
  record Loss(
      Instant at,
      String container,
      String file,
      String route,
      long from,
      long to,
      LossReason reason) {

    long bytes() {
      return to - from;
    }
  }

  private final AgentMetrics metrics;
  private final AgentClock clock;
  private final Deque<Loss> newest = new ArrayDeque<>();

  LossLedger(AgentMetrics metrics, AgentClock clock) {
    this.metrics = metrics;
    this.clock = clock;
  }

  /** Enters a loss; an empty range is none. */
  void enter(String container, String file, String route, long from, long to, LossReason reason) {
    if (to <= from) {
      return;
    }
    Loss loss = new Loss(clock.now(), container, file, route, from, to, reason);
    log.error(
        "{} {}: bytes {} to {} are lost{}: {}",
        container,
        file,
        from,
        to,
        route.isEmpty() ? "" : " to route " + route,
        sentence(reason));
    metrics.lost(reason.label(), loss.bytes());
    synchronized (newest) {
      if (newest.size() == MAX_KEPT) {
        newest.removeFirst();
      }
      newest.addLast(loss);
    }
  }

  private static String sentence(LossReason reason) {
    return switch (reason) {
      case ROTATED -> "they were gone before they could be read (rotated)";
      case HELD_CAP -> "the cap on what is held of deleted files is reached (held_cap)";
      case UNDECIDED ->
          "no table entry covers the pod, and its deleted file could not be held any longer"
              + " (undecided)";
      case UNREADABLE -> "the file is damaged (unreadable)";
    };
  }

  /** The newest losses, oldest first. */
  List<Loss> newest() {
    synchronized (newest) {
      return List.copyOf(newest);
    }
  }
}
