// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import io.logroute.receiver.sink.StreamKey;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How far each stream is stored: the greatest end offset. Bounded by age and by number; a mark that
 * is let go costs repeats, never lines. Used by one thread.
 */
final class Marks {

  /** A mark is kept for this long after its stream was last heard of. */
  static final Duration KEPT = Duration.ofDays(30);

  static final int MAX_MARKS = 1_000_000;

  /**
   * A stream's mark.
   *
   * @param end the greatest end offset stored
   * @param heardAt when a line of it came last, in seconds since 1970
   */
  record Mark(long end, long heardAt) {}

  /** By when they were heard of, the longest silent first. */
  private final LinkedHashMap<StreamKey, Mark> marks = new LinkedHashMap<>(64, 0.75f, true);

  /** The greatest end that is stored of a stream; 0: none. */
  long end(StreamKey stream) {
    Mark mark = marks.get(stream);
    return mark == null ? 0 : mark.end();
  }

  /** Moves a mark; never back. */
  void reach(StreamKey stream, long end, long heardAt) {
    marks.merge(
        stream,
        new Mark(end, heardAt),
        (old, now) ->
            new Mark(Math.max(old.end(), now.end()), Math.max(old.heardAt(), now.heardAt())));
    if (marks.size() > MAX_MARKS) {
      marks.pollFirstEntry();
    }
  }

  void forget(StreamKey stream) {
    marks.remove(stream);
  }

  /** Lets go what has been silent for too long. */
  void expire(Instant now) {
    long oldest = now.minus(KEPT).getEpochSecond();
    marks.values().removeIf(mark -> mark.heardAt() < oldest);
  }

  /** All, the longest silent first. */
  Map<StreamKey, Mark> all() {
    return marks;
  }
}
