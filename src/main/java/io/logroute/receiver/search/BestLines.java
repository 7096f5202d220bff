// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * The first lines of all that were offered, by an order: as many as a page may have, and as many
 * bytes. Used by one thread.
 */
final class BestLines {

  /** A line with its place in the order. */
  record Placed(LineKey key, FoundLine line) {}

  /** What a line costs in memory beside its bytes. */
  private static final int OVERHEAD_BYTES = 400;

  private final Comparator<LineKey> order;
  private final int maxLines;
  private final long maxBytes;
  private final PriorityQueue<Placed> best;

  private long bytes;

  /** No line from here on belongs to the page; null: all do. */
  private @Nullable LineKey bound;

  private @Nullable LineKey lookedUpTo;

  BestLines(Comparator<LineKey> order, int maxLines, long maxBytes) {
    this.order = order;
    this.maxLines = maxLines;
    this.maxBytes = maxBytes;
    this.best = new PriorityQueue<>(Comparator.comparing(Placed::key, order.reversed()));
  }

  /** Whether a line of this place would be taken. */
  boolean accepts(LineKey key) {
    return bound == null || order.compare(key, bound) < 0;
  }

  /** Takes a line that was accepted; others may have to go. */
  void add(LineKey key, FoundLine line) {
    best.add(new Placed(key, line));
    bytes += costOf(line);
    while (best.size() > 1 && (best.size() > maxLines || bytes > maxBytes)) {
      Placed worst = best.remove();
      bytes -= costOf(worst.line());
      bound = worst.key();
    }
  }

  /** Takes the best lines of a part: what that left out is left out here too. */
  void addAll(BestLines part) {
    for (Placed placed : part.lines()) {
      if (accepts(placed.key())) {
        add(placed.key(), placed.line());
      }
    }
    LineKey cut = part.bound;
    if (cut != null) {
      cutAt(cut);
    }
  }

  private void cutAt(LineKey key) {
    if (accepts(key)) {
      bound = key;
    }
    while (!best.isEmpty() && !accepts(best.element().key())) {
      bytes -= costOf(best.remove().line());
    }
  }

  private static long costOf(FoundLine line) {
    return line.line().length + OVERHEAD_BYTES;
  }

  /** Says that nothing from here on has been looked at. */
  void endAt(LineKey key) {
    if (accepts(key)) {
      lookedUpTo = key;
    }
    cutAt(key);
  }

  /** Whether lines were left out. */
  boolean isCut() {
    return bound != null;
  }

  /** Where looking ended though the page has room; null: it did not. */
  @Nullable LineKey lookedUpTo() {
    return lookedUpTo;
  }

  /** What is on the page, in order. */
  List<Placed> lines() {
    List<Placed> lines = new ArrayList<>(best);
    lines.sort(Comparator.comparing(Placed::key, order));
    return lines;
  }
}
