// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.tail.ContainerLog;
import io.logroute.agent.tail.Generation;
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
   * Bytes of one generation.
   *
   * @param container {@code <namespace>_<pod>_<uid>/<container>}
   * @param file the last name of the file, or what is known of it
   * @param head the hash of the first record, by which a generation is known; 0: not known
   * @param from the first byte, of the uncompressed file
   * @param to behind the last one
   */
  record Range(String container, String file, long head, long from, long to) {

    static Range of(ContainerLog log, Generation generation, long from, long to) {
      String file = generation.name().toString();
      return new Range(log.folder().key(), file, generation.headHash(), from, to);
    }

    long bytes() {
      return to - from;
    }
  }

  /**
   * A loss.
   *
   * @param route that wanted it; empty: no route did yet
   */
  record Loss(Instant at, Range range, String route, LossReason reason) {}

  private final AgentMetrics metrics;
  private final AgentClock clock;
  private final Deque<Loss> newest = new ArrayDeque<>();

  LossLedger(AgentMetrics metrics, AgentClock clock) {
    this.metrics = metrics;
    this.clock = clock;
  }

  /** Enters a loss; an empty range is none. */
  void enter(Range range, String route, LossReason reason) {
    if (range.bytes() <= 0) {
      return;
    }
    Loss loss = new Loss(clock.now(), range, route, reason);
    log.error(
        "{} {}, head {}: bytes {} to {} are lost{}: {}",
        range.container(),
        range.file(),
        Long.toHexString(range.head()),
        range.from(),
        range.to(),
        route.isEmpty() ? "" : " to route " + route,
        sentence(reason));
    metrics.lost(reason.label(), range.bytes());
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
