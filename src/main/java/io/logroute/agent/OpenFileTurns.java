// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.tail.Generation;
import io.logroute.agent.tail.OpenBudget;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Which log files are open when there are more than may be. A file without a name stays open in any
 * case: it could not be opened again. Three quarters of the other places go in turn to the files
 * that are to be read next, a turn being {@value #TURN_MS} ms at least; what remains goes to files
 * that are held so that their bytes outlive their names: rotated ones first, which are next to be
 * deleted, oldest first, then current ones. What is closed is known again by inode and first
 * record, and goes on at its position.
 *
 * <p>Deciding is pure; owned by the conductor's thread.
 */
final class OpenFileTurns {

  /** A compressed file is read from its beginning again in each turn, so its turn is longer. */
  private static final long COMPRESSED_TURN_MS = 10_000;

  private static final long TURN_MS = 500;

  /** A file that has a name, and is wanted. */
  private record Candidate(ContainerState state, Generation generation) {}

  private final OpenBudget budget;
  private final AgentClock clock;
  private final Map<Generation, Long> openedNanos = new WeakHashMap<>();
  private final Map<Generation, Long> closedNanos = new WeakHashMap<>();

  OpenFileTurns(OpenBudget budget, AgentClock clock) {
    this.budget = budget;
    this.clock = clock;
  }

  /**
   * Opens and closes files by their turn.
   *
   * @return how many wait
   */
  int turn(Collection<ContainerState> containers) throws IOException {
    int open = countIfAllOpen(containers);
    if (open >= 0 && open <= budget.max()) {
      budget.recount(open);
      return 0;
    }
    List<Candidate> reading = new ArrayList<>();
    List<Candidate> holding = new ArrayList<>();
    int nameless = collect(containers, reading, holding);
    int places = Math.max(1, budget.max() - nameless);
    if (reading.size() + holding.size() > places) {
      sortByTurn(reading);
      int readingPlaces = Math.min(reading.size(), Math.max(1, places * 3 / 4));
      List<Candidate> waiting = reading.subList(readingPlaces, reading.size());
      holding.sort(OpenFileTurns::nextToBeDeleted);
      holding.addAll(waiting);
      reading = new ArrayList<>(reading.subList(0, readingPlaces));
    }
    List<Candidate> all = new ArrayList<>(reading);
    all.addAll(holding);
    List<Candidate> chosen = all.subList(0, Math.min(places, all.size()));
    List<Candidate> others = all.subList(chosen.size(), all.size());
    for (Candidate one : others) {
      close(one);
    }
    budget.recount(nameless + (int) chosen.stream().filter(one -> one.generation.isOpen()).count());
    for (Candidate one : chosen) {
      open(one);
    }
    return others.size();
  }

  /** How many files there are when all of them are open; -1: some are not. */
  private static int countIfAllOpen(Collection<ContainerState> containers) {
    int open = 0;
    for (ContainerState state : containers) {
      for (Generation generation : state.log.generations()) {
        if (!generation.isOpen()) {
          return -1;
        }
        open++;
      }
    }
    return open;
  }

  private static int collect(
      Collection<ContainerState> containers, List<Candidate> reading, List<Candidate> holding) {
    int nameless = 0;
    for (ContainerState state : containers) {
      if (!state.log.isWanted()) {
        continue;
      }
      Set<Generation> next = next(state);
      for (Generation generation : state.log.generations()) {
        if (generation.isOpen() && !generation.canBeReopened()) {
          nameless++;
        } else if (next.contains(generation)) {
          reading.add(new Candidate(state, generation));
        } else if (generation.canBeReopened() && !state.isDone(generation)) {
          holding.add(new Candidate(state, generation));
        }
      }
    }
    return nameless;
  }

  private static Set<Generation> next(ContainerState state) {
    Set<Generation> next = new HashSet<>();
    for (Feed feed : state.feedsByRoute.values()) {
      Generation generation = feed.generations().nextToRead();
      if (generation != null && generation.canBeReopened()) {
        next.add(generation);
      }
    }
    return next;
  }

  /** First those in the middle of their turn, then those that have waited longest. */
  private void sortByTurn(List<Candidate> reading) {
    long now = clock.nanoTime();
    Map<Candidate, Long> waitedSince = new HashMap<>();
    for (Candidate one : reading) {
      Long closed = closedNanos.get(one.generation);
      boolean inTurn = one.generation.isOpen() && now - openedSince(one, now) < turnNanos(one);
      long since = closed == null ? now - TimeUnit.DAYS.toNanos(1) : closed;
      waitedSince.put(one, inTurn ? Long.MIN_VALUE : one.generation.isOpen() ? now : since);
    }
    reading.sort(Comparator.comparingLong(waitedSince::get));
  }

  private long openedSince(Candidate one, long now) {
    return openedNanos.computeIfAbsent(one.generation, unused -> now);
  }

  private static int nextToBeDeleted(Candidate one, Candidate other) {
    boolean rotated = one.generation.isSuperseded();
    return rotated == other.generation.isSuperseded()
        ? Long.compare(one.generation.modifiedMs(), other.generation.modifiedMs())
        : Boolean.compare(other.generation.isSuperseded(), rotated);
  }

  private static long turnNanos(Candidate one) {
    return TimeUnit.MILLISECONDS.toNanos(
        one.generation.isCompressed() ? COMPRESSED_TURN_MS : TURN_MS);
  }

  private void close(Candidate one) throws IOException {
    if (one.generation.isOpen()) {
      one.state.log.park(one.generation);
      closedNanos.put(one.generation, clock.nanoTime());
      openedNanos.remove(one.generation);
    }
  }

  private void open(Candidate one) {
    if (!one.generation.isOpen() && one.state.log.reopen(one.generation)) {
      openedNanos.put(one.generation, clock.nanoTime());
    }
  }
}
