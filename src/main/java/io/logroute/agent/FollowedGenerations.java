// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.checkpoint.Positions.Offsets;
import io.logroute.agent.tail.ContainerLog;
import io.logroute.agent.tail.Generation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How far one feed is in each generation of its container, oldest first. The pipeline's thread
 * changes it, any thread may look.
 */
final class FollowedGenerations {

  private final ContainerLog containerLog;
  private final Function<Generation, Offsets> starts;
  private volatile List<Progress> progresses = List.of();
  private @Nullable List<Generation> known;

  /**
   * @param starts tells where the reading of a generation starts
   */
  FollowedGenerations(ContainerLog containerLog, Function<Generation, Offsets> starts) {
    this.containerLog = containerLog;
    this.starts = starts;
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
  void follow() {
    List<Generation> now = containerLog.generations();
    if (now == known) {
      return;
    }
    known = now;
    List<Progress> followed = new ArrayList<>(now.size());
    for (Generation generation : now) {
      Progress progress = in(generation);
      followed.add(
          progress != null ? progress : new Progress(generation, starts.apply(generation)));
    }
    progresses = List.copyOf(followed);
  }

  /** What is to be read next; null: nothing. */
  @Nullable Progress oldestUnfinished() {
    for (Progress progress : progresses) {
      if (progress.isFinished() && progress.generation.isOpen() && progress.unreadBytes() > 0) {
        progress.setFinished(false);
      }
      if (!progress.isFinished()) {
        return progress;
      }
    }
    return null;
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

  /** Bytes that are known to be there and have not been read. */
  long unreadBytes() {
    long unread = 0;
    for (Progress progress : progresses) {
      unread += progress.unreadBytes();
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
