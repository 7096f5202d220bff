// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.checkpoint.Positions;
import io.logroute.agent.checkpoint.Positions.Key;
import io.logroute.agent.checkpoint.Positions.Offsets;
import io.logroute.agent.route.Decision;
import io.logroute.agent.route.RouteDecisions;
import io.logroute.agent.tail.ContainerLog;
import io.logroute.agent.tail.Generation;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the conductor knows of one container: its log, what the table decided, and the feeds that
 * came of it. Owned by the conductor's thread.
 */
final class ContainerState {

  final ContainerLog log;

  /** Positions of an earlier life, or of a route that moved; null when there are none. */
  final Positions.@Nullable Container stored;

  final Map<String, Feed> feedsByRoute = new HashMap<>();
  final Map<String, Pipeline> pipelinesByRoute = new HashMap<>();

  /** The last decision that there was. */
  Decision decision = new Decision.Undecided();

  /** The table that was asked last; null before the first. */
  @Nullable RouteDecisions decidedBy;

  ContainerState(ContainerLog log, Positions.@Nullable Container stored) {
    this.log = log;
    this.stored = stored;
  }

  /** How far every route had taken over a generation in an earlier life. */
  long storedStart(Generation generation) {
    long start = Long.MAX_VALUE;
    if (stored != null) {
      for (Map.Entry<Key, Offsets> entry : stored.offsets().entrySet()) {
        if (entry.getKey().head() == generation.headHash()
            && entry.getKey().restart() == generation.restart()) {
          Offsets taken = entry.getValue();
          start = Math.min(start, Math.min(taken.stdout(), taken.stderr()));
        }
      }
    }
    return start == Long.MAX_VALUE ? 0 : start;
  }

  boolean isDecided() {
    return decision instanceof Decision.Decided;
  }
}
