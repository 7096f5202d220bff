// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.checkpoint.Positions;
import io.logroute.agent.checkpoint.Positions.Key;
import io.logroute.agent.checkpoint.Positions.Offsets;
import io.logroute.agent.checkpoint.Positions.Written;
import io.logroute.agent.tail.Generation;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The positions of one container: how far its feeds have got, as the next life, or the next feed of
 * a route, has to know it. Generations that are forgotten stay in it while lines of theirs are in
 * flight. For the conductor's thread.
 */
final class ContainerPositions {

  private static final Logger log = LoggerFactory.getLogger(ContainerPositions.class);

  private static final Positions.Container NOTHING_STORED =
      new Positions.Container(Map.of(), Map.of(), Map.of());

  private ContainerPositions() {}

  /**
   * Where the next life has to go on, and what there was for it to find.
   *
   * @param ids the ids that its instances' tags show, by restart
   */
  static Positions.Container of(ContainerState state, Map<Integer, String> ids) {
    Map<Key, Offsets> offsets = new HashMap<>();
    Map<String, Long> since = new HashMap<>();
    if (!state.isDecided()) {
      Positions.Container stored = Objects.requireNonNullElse(state.stored, NOTHING_STORED);
      return new Positions.Container(
          stored.ids(), stored.sinceEpochNanos(), stored.offsets(), sizes(state));
    }
    for (Feed feed : state.feedsByRoute.values()) {
      addOffsets(state, feed, offsets);
      if (feed.sinceEpochNanos() != Long.MIN_VALUE) {
        since.put(feed.route(), feed.sinceEpochNanos());
      }
    }
    return new Positions.Container(ids, since, offsets, sizes(state));
  }

  private static Map<Written, Long> sizes(ContainerState state) {
    Map<Written, Long> sizes = new HashMap<>();
    for (Feed feed : state.feedsByRoute.values()) {
      for (Progress forgotten : feed.generations().unsettledOfForgotten()) {
        sizes.merge(writtenOf(forgotten.generation), forgotten.end(), Math::max);
      }
    }
    if (!state.isDecided() || !state.feedsByRoute.isEmpty()) {
      for (Generation generation : state.log.generations()) {
        refreshHead(generation);
        sizes.put(writtenOf(generation), generation.seenBytes());
      }
    }
    sizes.keySet().removeIf(written -> written.head() == 0);
    return sizes;
  }

  /** A form that is about to be forgotten tells nothing where another one is there. */
  private static void addOffsets(ContainerState state, Feed feed, Map<Key, Offsets> offsets) {
    String route = feed.route();
    for (Progress forgotten : feed.generations().unsettledOfForgotten()) {
      offsets.put(keyOf(forgotten.generation, route), forgotten.taken());
    }
    for (Generation generation : state.log.generations()) {
      refreshHead(generation);
      Offsets taken = feed.generations().takenIn(generation);
      if (generation.isOpen() || generation.isPresent()) {
        offsets.put(keyOf(generation, route), taken);
      } else {
        offsets.putIfAbsent(keyOf(generation, route), taken);
      }
    }
    offsets.keySet().removeIf(key -> key.head() == 0);
  }

  private static Key keyOf(Generation generation, String route) {
    return new Key(generation.restart(), generation.headHash(), route);
  }

  private static Written writtenOf(Generation generation) {
    return new Written(generation.restart(), generation.headHash());
  }

  /** Where a route goes on in a generation, by what {@link #starts} collected. */
  static Offsets startOf(Map<Key, Offsets> starts, Generation generation, String route) {
    Key key = keyOf(generation, route);
    Offsets start = Objects.requireNonNullElse(starts.get(key), new Offsets(0, 0));
    long first = generation.firstByte();
    return new Offsets(Math.max(first, start.stdout()), Math.max(first, start.stderr()));
  }

  /**
   * Where a new feed goes on: where the feed before it had got to, or the last life.
   *
   * @param wasRouted whether the container was decided before in this life
   */
  static Map<Key, Offsets> starts(ContainerState state, @Nullable Feed old, boolean wasRouted) {
    Map<Key, Offsets> starts = new HashMap<>();
    Positions.Container stored = state.stored;
    if (stored != null && !wasRouted) {
      starts.putAll(stored.offsets());
    }
    if (old != null) {
      addOffsets(state, old, starts);
    }
    return starts;
  }

  private static void refreshHead(Generation generation) {
    try {
      generation.refreshHead();
    } catch (IOException e) {
      log.debug("{}: its first record cannot be read yet", generation, e);
    }
  }
}
