// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.checkpoint.Positions;
import io.logroute.agent.checkpoint.Positions.Container;
import io.logroute.agent.checkpoint.Positions.Offsets;
import io.logroute.agent.checkpoint.Positions.Written;
import io.logroute.agent.tail.Generation;
import io.logroute.agent.tail.LossReason;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a killed agent took with it: generations that its positions know, that were not wholly taken
 * over, and that are not on disk any more. Known as far as positions reach, which may be a second
 * short of the kill: what was written later is not counted, and what was taken over in that second
 * is counted though it arrived. Each container is looked at until all its files could be
 * recognised, then no more. Owned by the conductor's thread.
 */
final class LossesOfEarlierLife {

  private final Map<String, Container> open;
  private final LossLedger ledger;

  LossesOfEarlierLife(Positions restored, LossLedger ledger) {
    this.open = new HashMap<>(restored.containers());
    this.ledger = ledger;
  }

  /**
   * Looks at what a whole sweep has found.
   *
   * @param states tells what is known of a container by its key; null: nothing is there of it
   */
  void look(Function<String, @Nullable ContainerState> states) {
    Iterator<Map.Entry<String, Container>> all = open.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<String, Container> entry = all.next();
      ContainerState state = states.apply(entry.getKey());
      if (state != null && !state.log.isWanted()) {
        all.remove();
      } else if (state == null || state.log.isWhollyKnown()) {
        enter(entry.getKey(), entry.getValue(), state);
        all.remove();
      }
    }
  }

  private void enter(String key, Container stored, @Nullable ContainerState state) {
    Set<Written> there = new HashSet<>();
    if (state != null) {
      for (Generation generation : state.log.generations()) {
        there.add(new Written(generation.restart(), generation.headHash()));
      }
    }
    stored
        .sizes()
        .forEach(
            (generation, bytes) -> {
              if (!there.contains(generation)) {
                enter(key, stored, generation, bytes);
              }
            });
  }

  private void enter(String key, Container stored, Written generation, long bytes) {
    String file = generation.restart() + ".log";
    boolean decided = false;
    for (Map.Entry<Positions.Key, Offsets> entry : stored.offsets().entrySet()) {
      Positions.Key of = entry.getKey();
      if (of.restart() == generation.restart() && of.head() == generation.head()) {
        long from = Math.min(entry.getValue().stdout(), entry.getValue().stderr());
        LossLedger.Range range = new LossLedger.Range(key, file, generation.head(), from, bytes);
        ledger.enter(range, of.route(), LossReason.ROTATED);
        decided = true;
      }
    }
    if (!decided) {
      LossLedger.Range range = new LossLedger.Range(key, file, generation.head(), 0, bytes);
      ledger.enter(range, "", LossReason.UNDECIDED);
    }
  }
}
