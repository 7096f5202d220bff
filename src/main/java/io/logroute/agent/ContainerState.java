// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.checkpoint.Positions;
import io.logroute.agent.checkpoint.Positions.Key;
import io.logroute.agent.checkpoint.Positions.Offsets;
import io.logroute.agent.discovery.FolderEvents;
import io.logroute.agent.discovery.LogFile;
import io.logroute.agent.route.Decision;
import io.logroute.agent.route.RouteDecisions;
import io.logroute.agent.tail.ContainerLog;
import io.logroute.agent.tail.Generation;
import java.nio.file.Files;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the conductor knows of one container: its log, what the table decided, and the feeds that
 * came of it. Owned by the conductor's thread.
 *
 * <p>It <em>rests</em> when all its feeds do, its files are all in its folder, and the kernel tells
 * of writes there: until it is woken nobody asks for the files' sizes, but for a look every {@link
 * #RESTING_LOOK_NANOS} by conductor and pipelines. Whoever looks makes sure first that writes are
 * told: what is written after the look raises an event, which wakes the container. So does whatever
 * else changes its files.
 */
final class ContainerState {

  private static final Logger LOGGER = LoggerFactory.getLogger(ContainerState.class);

  private static final long RESTING_LOOK_NANOS = TimeUnit.SECONDS.toNanos(10);

  final ContainerLog log;

  /** The container's key in positions and reports. */
  final String key;

  /** Positions of an earlier life, or of a route that moved; null when there are none. */
  final Positions.@Nullable Container stored;

  final Map<String, Feed> feedsByRoute = new HashMap<>();
  final Map<String, Pipeline> pipelinesByRoute = new HashMap<>();

  private long lookedNanos;
  private List<LogFile> lookedForLinks = List.of();
  private boolean linked;

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

  /** Lets it rest, if it can. */
  void rest(FolderEvents events, long nowNanos) {
    boolean canRest =
        !log.areWritesTold()
            && isDecided()
            && problem.isEmpty()
            && log.isListedWhole()
            && !feedsByRoute.isEmpty()
            && feedsByRoute.values().stream().allMatch(Feed::isResting)
            && !isLinked();
    if (canRest && events.watchWrites(log.folder().path())) {
      log.setWritesTold(true);
      lookedNanos = nowNanos - RESTING_LOOK_NANOS;
    }
  }

  /** Whether a file lies elsewhere, as with cri-dockerd: its folder has no events of it. */
  private boolean isLinked() {
    if (lookedForLinks != listing) {
      lookedForLinks = listing;
      linked = listing.stream().anyMatch(file -> Files.isSymbolicLink(file.path()));
    }
    return linked;
  }

  /** Ends its rest: its files have changed, or may have. */
  void wake(FolderEvents events) {
    if (!log.areWritesTold()) {
      return;
    }
    log.setWritesTold(false);
    events.ignoreWrites(log.folder().path());
    feedsByRoute.forEach(
        (route, feed) -> {
          Pipeline pipeline = pipelinesByRoute.get(route);
          if (pipeline != null) {
            pipeline.look(feed);
          }
        });
  }

  /** Whether a listing may tell something new though the folder has the same entries. */
  boolean needsListing(long nowNanos) {
    if (log.areWritesTold() && nowNanos - lookedNanos < RESTING_LOOK_NANOS) {
      return false;
    }
    lookedNanos = nowNanos;
    return log.needsListing();
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
   *
   * @param asListed whether the files' sizes may be those of the last listing: they are while it
   *     rests
   */
  long positionsStamp(boolean asListed) {
    List<Generation> generations = log.generations();
    long stamp = System.identityHashCode(generations);
    for (Generation generation : generations) {
      stamp = 31 * stamp + (asListed ? generation.fileBytes() : generation.seenBytes());
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
