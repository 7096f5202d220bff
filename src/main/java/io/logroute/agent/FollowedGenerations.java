// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.checkpoint.Positions.Offsets;
import io.logroute.agent.tail.ContainerLog;
import io.logroute.agent.tail.Generation;
import io.logroute.agent.tail.LossReason;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How far one feed is in each generation of its container, oldest first. The pipeline's thread
 * changes it, any thread may look.
 *
 * <p>What is given up, or forgotten, before all of it was read is told as lost once; its place in
 * the order stays until reading has come there, and what was read of it is taken over. So an agent
 * that ends before that leaves a position of it, by which the next one tells what is missing.
 */
final class FollowedGenerations {

  private final ContainerLog containerLog;
  private final Function<Generation, Offsets> starts;
  private final BiConsumer<Progress, LossReason> losses;
  private final Set<Generation> dropped = Collections.newSetFromMap(new WeakHashMap<>());
  private volatile List<Progress> progresses = List.of();
  private @Nullable List<Generation> known;

  /**
   * @param starts tells where the reading of a generation starts
   * @param losses is told of each progress that will not get any further
   */
  FollowedGenerations(
      ContainerLog containerLog,
      Function<Generation, Offsets> starts,
      BiConsumer<Progress, LossReason> losses) {
    this.containerLog = containerLog;
    this.starts = starts;
    this.losses = losses;
  }

  /** The list never changes, and is empty before the first quantum. */
  List<Progress> all() {
    return progresses;
  }

  /** The progress in a generation; null when the pipeline has not met it yet. */
  @Nullable Progress in(Generation generation) {
    for (Progress progress : progresses) {
      if (progress.generation == generation) {
        return progress;
      }
    }
    return null;
  }

  /** What is taken over of a generation. */
  Offsets takenIn(Generation generation) {
    Progress progress = in(generation);
    return progress == null ? starts.apply(generation) : progress.taken();
  }

  /** Takes up what the container's log has by now. */
  void follow(long nowNanos) {
    List<Generation> now = containerLog.generations();
    if (now != known) {
      known = now;
      take(now, nowNanos);
    }
    for (Progress progress : progresses) {
      if (progress.generation.givenUp() != null) {
        end(progress);
      }
    }
  }

  private void take(List<Generation> now, long nowNanos) {
    List<Progress> followed = new ArrayList<>(now.size());
    for (Generation generation : now) {
      Progress progress = in(generation);
      followed.add(
          progress != null ? progress : new Progress(generation, starts.apply(generation)));
    }
    keepLost(followed);
    for (int place = 0; place < followed.size(); place++) {
      followed.get(place).place = place;
    }
    followed.subList(0, Math.max(0, followed.size() - 1)).forEach(p -> p.superseded(nowNanos));
    progresses = List.copyOf(followed);
  }

  /** Notes that nothing more comes of a generation, which may never have been met. */
  void end(Generation generation) {
    if (dropped.contains(generation)) {
      return;
    }
    Progress met = in(generation);
    end(met == null ? new Progress(generation, starts.apply(generation)) : met);
  }

  private void end(Progress progress) {
    if (progress.isLost() || progress.unreadBytes() == 0) {
      return;
    }
    losses.accept(progress, progress.generation.reasonOfLoss());
    progress.setLost();
  }

  private void keepLost(List<Progress> followed) {
    int place = 0;
    for (Progress old : progresses) {
      int index = followed.indexOf(old);
      if (index < 0) {
        dropped.add(old.generation);
        end(old);
        boolean isPassed = !old.isLost() || old.isFinished();
        if (isPassed) {
          old.setFinished(true);
        }
        if (!isPassed || !old.isSettled()) {
          followed.add(place, old);
          index = place;
        } else {
          old.place = Progress.OLDER_THAN_ALL;
        }
      }
      place = index < 0 ? place : index + 1;
    }
  }

  /** Those that the container's log has forgotten, and that are not settled; any thread. */
  List<Progress> unsettledOfForgotten() {
    List<Generation> now = containerLog.generations();
    List<Progress> unsettled = new ArrayList<>();
    for (Progress progress : progresses) {
      if (!progress.isSettled() && !now.contains(progress.generation)) {
        unsettled.add(progress);
      }
    }
    return unsettled;
  }

  /** What is to be read next; null: nothing. */
  @Nullable Progress oldestUnfinished() {
    for (Progress progress : progresses) {
      if (progress.isFinished() && progress.generation.isOpen() && progress.unreadBytes() > 0) {
        progress.setFinished(false);
      }
      if (!progress.isFinished() && !isEnded(progress)) {
        return progress;
      }
    }
    return null;
  }

  /**
   * The generation that has to be open for reading to go on; null: none. Any thread. Of one that
   * the pipeline has not met yet nothing is known: all of it is to be read.
   */
  @Nullable Generation nextToRead() {
    for (Generation generation : containerLog.generations()) {
      Progress progress = in(generation);
      boolean toRead =
          progress == null
              || (!progress.isLost()
                  && (progress.unreadBytes() > 0
                      || (generation.isCompressed() && !progress.isFinished())));
      if (toRead && generation.givenUp() == null) {
        return generation;
      }
    }
    return null;
  }

  /** Whether it was given up with nothing unread, so that reading just goes on behind it. */
  private static boolean isEnded(Progress progress) {
    boolean ended = !progress.isLost() && progress.generation.givenUp() != null;
    if (ended) {
      progress.setFinished(true);
    }
    return ended;
  }

  /** Whether nothing more is read of a generation. */
  boolean isOver(Progress progress) {
    return progress.isFinished()
        || progress.isLost()
        || progress.generation.givenUp() != null
        || !progresses.contains(progress);
  }

  /** Whether what comes next may soon be deleted, or is already. */
  boolean isUrgent() {
    for (Progress progress : progresses) {
      if (!progress.isFinished()) {
        return progress.generation.isSuperseded() || !progress.generation.isPresent();
      }
    }
    return false;
  }

  /**
   * Bytes that are known to be there and have not been read, those included that a stalled pipeline
   * has not come to yet.
   */
  long unreadBytes() {
    long unread = 0;
    for (Progress progress : progresses) {
      unread += progress.unreadBytes();
    }
    for (Generation generation : containerLog.generations()) {
      if (in(generation) == null && generation.givenUp() == null) {
        Offsets start = starts.apply(generation);
        long from = Math.min(start.stdout(), start.stderr());
        unread += Math.max(0, generation.sizeBytes() - from);
      }
    }
    return unread;
  }

  /** Gives up the newest bytes: of those unread only so many are kept. */
  void overflow(long maxBacklogBytes) {
    long keptBytes = maxBacklogBytes;
    for (Progress progress : progresses) {
      long backlog = progress.generation.isCompressed() ? 0 : progress.backlogBytes();
      if (backlog > keptBytes) {
        progress.overflow(keptBytes);
      }
      keptBytes = Math.max(0, keptBytes - backlog);
    }
  }
}
