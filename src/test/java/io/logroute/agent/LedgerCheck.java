// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.LossLedger.Loss;
import io.logroute.agent.LossLedger.Range;
import io.logroute.agent.kubelet.FakeNode;
import io.logroute.agent.kubelet.WrittenFile;
import io.logroute.agent.kubelet.WrittenRecord;
import java.util.List;
import java.util.function.Predicate;

/**
 * Holds the loss ledger of all lives to what arrived by one route, record by record: what the agent
 * knew of and did not deliver stands in it, and nothing that is owed does. Not told are, after a
 * kill, a file without one complete record, which is known by nothing, and what was read and in
 * flight of a file that was truncated.
 */
final class LedgerCheck {

  private final FakeNode node;
  private final Obligations obligations;
  private final String route;
  private final List<Loss> losses;
  private final boolean killed;

  /**
   * @param losses that all lives told
   * @param killed whether one of them was killed
   */
  LedgerCheck(
      FakeNode node, Obligations obligations, String route, List<Loss> losses, boolean killed) {
    this.killed = killed;
    this.node = node;
    this.obligations = obligations;
    this.route = route;
    this.losses = losses.stream().filter(loss -> isOurs(loss, route)).toList();
  }

  private static boolean isOurs(Loss loss, String route) {
    return loss.route().isEmpty() || loss.route().equals(route);
  }

  /**
   * @param arrived whether a record arrived, or was in flight on a connection that broke
   */
  void check(Predicate<WrittenRecord> arrived) {
    for (WrittenFile file : node.files()) {
      List<Range> ranges = losses.stream().map(Loss::range).filter(r -> isOf(r, file)).toList();
      if (obligations.isOwed(file, route)) {
        checkNotTold(file, ranges);
      } else if (file.headHash() != 0 && !(killed && file.isTruncated())) {
        checkTold(file, ranges, arrived);
      }
    }
  }

  private static boolean isOf(Range range, WrittenFile file) {
    return range.container().equals(file.container().key())
        && (range.head() == 0 || range.head() == file.headHash());
  }

  private void checkNotTold(WrittenFile file, List<Range> ranges) {
    for (Range range : ranges) {
      if (range.head() != 0) {
        throw new AssertionError(
            "it is told as lost to route %s, but it is there: %s, %s"
                .formatted(route, file, range));
      }
    }
  }

  private void checkTold(WrittenFile file, List<Range> ranges, Predicate<WrittenRecord> arrived) {
    long known = obligations.sightings().bytesToAccountFor(file, route);
    for (WrittenRecord written : file.records()) {
      boolean seen = written.end() <= known && !written.late();
      if (seen && !arrived.test(written) && ranges.stream().noneMatch(r -> covers(r, written))) {
        throw new AssertionError(
            "it neither arrived by route %s nor is it told as lost: %s; of %s the ledger has %s"
                .formatted(route, written, file, ranges));
      }
    }
  }

  private static boolean covers(Range range, WrittenRecord written) {
    return range.from() <= written.offset() && range.to() >= written.end();
  }
}
