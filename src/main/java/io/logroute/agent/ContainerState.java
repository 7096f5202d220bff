// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.checkpoint.Positions;
import io.logroute.agent.checkpoint.Positions.Key;
import io.logroute.agent.checkpoint.Positions.Offsets;
import io.logroute.agent.discovery.LogFile;
import io.logroute.agent.route.Decision;
import io.logroute.agent.route.RouteDecisions;
import io.logroute.agent.tail.ContainerLog;
import io.logroute.agent.tail.Generation;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the conductor knows of one container: its log, what the table decided, and the feeds that
 * came of it. Owned by the conductor's thread.
 */
final class ContainerState {

  private static final Logger LOGGER = LoggerFactory.getLogger(ContainerState.class);

  final ContainerLog log;

  /** The container's key in positions and reports. */
  final String key;

  /** Positions of an earlier life, or of a route that moved; null when there are none. */
  final Positions.@Nullable Container stored;

  final Map<String, Feed> feedsByRoute = new HashMap<>();
  final Map<String, Pipeline> pipelinesByRoute = new HashMap<>();

  /** What its folder had when it was listed last. */
  List<LogFile> listing = List.of();

  /** The last decision that there was. */
  Decision decision = new Decision.Undecided();

  /** The table that was asked last; null before the first. */
  @Nullable RouteDecisions decidedBy;

  /** What went wrong unexpectedly when it was looked at last; empty: nothing. */
  volatile String problem = "";

  /** The problem that was logged last: one that stays is told once. */
  private String loggedProblem = "";

  /** Deleted files of which it was said that no copy could be made. */
  final Set<Generation> toldNotKept = Collections.newSetFromMap(new WeakHashMap<>());

  /** The positions that were collected last; null before the first time. */
  Positions.@Nullable Container collected;

  /** What {@link #positionsStamp} said before that. */
  long collectedStamp;

  ContainerState(ContainerLog log, Positions.@Nullable Container stored) {
    this.log = log;
    this.key = log.folder().key();
    this.stored = stored;
  }

  /** Does something with this container; what nobody expected of it is its problem alone. */
  void guard(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      String what = e.toString();
      if (!what.equals(loggedProblem)) {
        LOGGER.error("{} cannot be dealt with; trying on", log.folder().key(), e);
      }
      loggedProblem = what;
      problem = what;
    }
  }

  /** The positions that were collected last, or else those of an earlier life; null: none. */
  Positions.@Nullable Container newestPositions() {
    return collected == null ? stored : collected;
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

  /**
   * Another number whenever anything has changed that positions are made of. Asked before they are
   * collected, so that what changes meanwhile is collected next time.
   */
  long positionsStamp() {
    List<Generation> generations = log.generations();
    long stamp = System.identityHashCode(generations);
    for (Generation generation : generations) {
      stamp = 31 * stamp + generation.seenBytes();
      stamp = 31 * stamp + generation.headHash();
      stamp = 31 * stamp + (generation.isOpen() || generation.isPresent() ? 1 : 0);
    }
    stamp = 31 * stamp + System.identityHashCode(decision);
    for (Feed feed : feedsByRoute.values()) {
      stamp = 31 * stamp + System.identityHashCode(feed);
      stamp = 31 * stamp + System.identityHashCode(feed.generations().all());
      stamp = 31 * stamp + feed.settledMarks();
    }
    return stamp;
  }

  /** Whether nobody wants more of a generation that nothing will be added to. */
  boolean isDone(Generation generation) {
    boolean over = generation.isSuperseded() || log.isGone();
    return isDecided() && over && isTakenOver(generation);
  }

  private boolean isTakenOver(Generation generation) {
    for (Feed feed : feedsByRoute.values()) {
      Progress progress = feed.generations().in(generation);
      if (progress == null || !progress.isTakenOver()) {
        return false;
      }
    }
    return true;
  }

  /** The first byte of a generation that is not taken over by everybody who wants it. */
  long startOfWanted(Generation generation) {
    if (!isDecided()) {
      return Math.max(generation.firstByte(), storedStart(generation));
    }
    long start = Long.MAX_VALUE;
    for (Feed feed : feedsByRoute.values()) {
      Offsets taken = feed.generations().takenIn(generation);
      start = Math.min(start, Math.min(taken.stdout(), taken.stderr()));
    }
    return start;
  }

  /** Whether nothing is in flight, nor to be told, of files that are forgotten. */
  boolean isSettled() {
    return feedsByRoute.values().stream()
        .allMatch(feed -> feed.generations().unsettledOfForgotten().isEmpty());
  }

  boolean isDecided() {
    return decision instanceof Decision.Decided;
  }
}
