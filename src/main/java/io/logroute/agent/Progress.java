// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.checkpoint.Positions.Offsets;
import io.logroute.agent.tail.Generation;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How far one route has got in one generation. The pipeline's thread owns it; what is taken over
 * may be read by any thread, each stream by itself: both only grow.
 */
final class Progress {

  /** The place of one that is followed no more, in which an open line may have begun. */
  static final int OLDER_THAN_ALL = -1;

  final Generation generation;
  private final Offsets start;

  /** Where the next record to look at starts. */
  private volatile long read;

  /** The size at which there was no complete record behind {@link #read}. */
  long tornBytes = -1;

  /** Its place among its container's, oldest first; pipeline's thread only. */
  int place;

  private long supersededNanos;
  private boolean superseded;

  /** When the end was met with nothing new since; 0 while there was something. */
  long endSinceNanos;

  private final Deque<Range> overflown = new ArrayDeque<>();
  private volatile boolean finished;
  private volatile boolean unpacked;
  private volatile boolean lost;
  private volatile long takenStdout;
  private volatile long takenStderr;
  private Offsets marked;

  /** Bytes from a position up to another, that one not included. */
  private record Range(long from, long to) {}

  Progress(Generation generation, Offsets start) {
    this.generation = generation;
    this.start = start;
    this.marked = start;
    this.read = Math.min(start.stdout(), start.stderr());
    this.takenStdout = start.stdout();
    this.takenStderr = start.stderr();
  }

  /** A newer generation is there; only the first call counts. */
  void superseded(long nowNanos) {
    supersededNanos = superseded ? supersededNanos : nowNanos;
    superseded = true;
  }

  /** For how long a newer generation has been there; 0: there is none. */
  long supersededForNanos(long nowNanos) {
    return superseded ? nowNanos - supersededNanos : 0;
  }

  /** Whether a record that starts there was taken over in an earlier life. */
  boolean isRepeated(boolean stderr, long position) {
    return position < (stderr ? start.stderr() : start.stdout());
  }

  /** Where reading started. */
  long startedAt() {
    return Math.min(start.stdout(), start.stderr());
  }

  long read() {
    return read;
  }

  void advance(long bytes) {
    read += bytes;
    endSinceNanos = 0;
    tornBytes = -1;
  }

  /** Whether there is the beginning of a record that is not whole yet. */
  boolean isTorn() {
    return tornBytes > read;
  }

  /** Notes how far a mark will bring it; false when that is nothing new. */
  boolean mark(Offsets to) {
    Offsets next =
        new Offsets(Math.max(marked.stdout(), to.stdout()), Math.max(marked.stderr(), to.stderr()));
    boolean isNew = !next.equals(marked);
    marked = next;
    return isNew;
  }

  void takeOver(Offsets to) {
    takenStdout = Math.max(takenStdout, to.stdout());
    takenStderr = Math.max(takenStderr, to.stderr());
  }

  Offsets taken() {
    return new Offsets(takenStdout, takenStderr);
  }

  /** Everything was read, and as far as anybody can tell nothing will come. */
  void setFinished(boolean finished) {
    this.unpacked = finished && generation.isCompressed();
    this.finished = finished;
    endSinceNanos = 0;
  }

  boolean isFinished() {
    return finished;
  }

  /** What was not read never will be; reading goes on behind this generation. */
  void setLost() {
    lost = true;
  }

  boolean isLost() {
    return lost;
  }

  /**
   * Bytes that are known to be there and have not been read. What the end of a compressed file says
   * of its size does not count once all of it was unpacked.
   */
  long unreadBytes() {
    return lost || unpacked ? 0 : Math.max(0, generation.sizeBytes() - read);
  }

  /** Unread bytes that are not overflown. */
  long backlogBytes() {
    long dropped = 0;
    for (Range range : overflown) {
      dropped += range.to - Math.max(range.from, Math.min(read, range.to));
    }
    return unreadBytes() - dropped;
  }

  /** Gives up the newest bytes: of the backlog only so many are kept. */
  void overflow(long keptBytes) {
    long size = generation.sizeBytes();
    Range last = overflown.peekLast();
    long from = Math.max(size - (backlogBytes() - keptBytes), last == null ? 0 : last.to);
    if (last != null && last.to == from) {
      overflown.removeLast();
      from = last.from;
    }
    overflown.addLast(new Range(from, size));
  }

  /** Whether the record that starts there was given up. */
  boolean isOverflown(long position) {
    for (Range first = overflown.peekFirst(); first != null; first = overflown.peekFirst()) {
      if (position < first.to) {
        return position >= first.from;
      }
      overflown.removeFirst();
    }
    return false;
  }

  /** Whether the endpoint has all that was read, and there is no more. */
  boolean isTakenOver() {
    return finished && isSettled();
  }

  /** Whether all bytes are accounted for: taken over, or told as lost. */
  boolean isSettled() {
    return Math.min(takenStdout, takenStderr) >= read && unreadBytes() == 0;
  }

  /** Where the bytes end that are not told as lost. */
  long end() {
    return read + unreadBytes();
  }
}
