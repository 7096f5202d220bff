// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.tail.Generation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Which deleted files have to be let go, so that what is held of them stays within a cap: first
 * those of pods that no table entry covers, then the others, in both cases those that have been
 * deleted longest. Pure.
 */
final class HeldFiles {

  private static final Comparator<Held> FIRST_TO_GO =
      Comparator.comparing(Held::decided)
          .thenComparingLong(held -> held.generation.unlinkedSinceMs())
          .thenComparingLong(held -> held.generation.modifiedMs())
          .thenComparing(held -> held.state.log.folder().key());

  private HeldFiles() {}

  /**
   * A deleted file that is held open.
   *
   * @param bytes that it takes on disk
   */
  record Held(ContainerState state, Generation generation, long bytes) {
    boolean decided() {
      return state.isDecided();
    }
  }

  /** All that are held, in no order. */
  static List<Held> of(Collection<ContainerState> containers) {
    List<Held> all = new ArrayList<>();
    for (ContainerState state : containers) {
      for (Generation generation : state.log.generations()) {
        long bytes = generation.heldUnlinkedBytes();
        if (bytes > 0) {
          all.add(new Held(state, generation, bytes));
        }
      }
    }
    return all;
  }

  /** Those to be closed, in this order, until no more than so many are open without a name. */
  static List<Held> tooManyOpen(List<Held> all, int maxFiles) {
    List<Held> open = all.stream().filter(held -> !held.generation.isKept()).toList();
    int going = Math.max(0, open.size() - maxFiles);
    return open.stream().sorted(FIRST_TO_GO).limit(going).toList();
  }

  /** Those to let go, in this order, until no more than so many bytes are held. */
  static List<Held> tooMany(List<Held> all, long maxBytes) {
    long bytes = all.stream().mapToLong(Held::bytes).sum();
    List<Held> going = new ArrayList<>();
    for (Held held : all.stream().sorted(FIRST_TO_GO).toList()) {
      if (bytes <= maxBytes) {
        break;
      }
      going.add(held);
      bytes -= held.bytes;
    }
    return going;
  }
}
