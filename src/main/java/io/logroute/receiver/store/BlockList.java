// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a file into blocks while its lines go by, and goes on where it stopped when the file has
 * grown. A line without a time of its own counts as of the time before it. Used by one thread.
 */
public final class BlockList {

  private final LineTime time = new LineTime();
  private final List<Block> closed = new ArrayList<>();
  private long start;
  private long end;
  private long minNanos = Long.MAX_VALUE;
  private long maxNanos = Long.MIN_VALUE;
  private long lastNanos;
  private int lines;

  /** Of a file of which nothing was seen. */
  public BlockList() {}

  /**
   * Of a file of which these blocks were seen, and what follows on them is to be.
   *
   * @param known from the file's first byte on, without holes
   */
  BlockList(List<Block> known) {
    closed.addAll(known);
    start = known.isEmpty() ? 0 : known.getLast().end();
    end = start;
  }

  /** Of the part of a file that begins here. */
  BlockList(long from) {
    start = from;
    end = from;
  }

  /** Up to where lines were seen. */
  public long end() {
    return end;
  }

  /**
   * Sees the whole lines among bytes that follow on what was seen before.
   *
   * @return how many bytes those lines have
   */
  public int add(byte[] bytes, int from, int to) {
    int line = from;
    for (int at = LineFeeds.next(bytes, from, to); at < to; at = LineFeeds.next(bytes, line, to)) {
      line(time.nanos(bytes, line, at), at + 1 - line);
      line = at + 1;
    }
    return line - from;
  }

  /**
   * Sees one more line.
   *
   * @param nanos its time; one that {@link LineTime} does not read counts as none
   * @param length with its line feed
   */
  void line(long nanos, int length) {
    closeWhenFull();
    lastNanos = LineTime.isReadable(nanos) ? nanos : lastNanos;
    minNanos = Math.min(minNanos, lastNanos);
    maxNanos = Math.max(maxNanos, lastNanos);
    end += length;
    lines++;
  }

  /**
   * Sees the lines of a block that follows on what was seen before.
   *
   * @param block wherever it stands
   */
  void add(Block block) {
    closeWhenFull();
    lastNanos = block.maxNanos();
    minNanos = Math.min(minNanos, block.minNanos());
    maxNanos = Math.max(maxNanos, block.maxNanos());
    end += block.length();
    lines += block.lines();
  }

  private void closeWhenFull() {
    if (end - start >= Block.BYTES) {
      close();
    }
  }

  private void close() {
    closed.add(open());
    start = end;
    minNanos = Long.MAX_VALUE;
    maxNanos = Long.MIN_VALUE;
    lines = 0;
  }

  private Block open() {
    return new Block(start, end, minNanos, maxNanos, lines, Block.NOT_PACKED, Block.NOT_PACKED);
  }

  /** All blocks by now, the last of which may still grow. */
  public List<Block> blocks() {
    List<Block> all = new ArrayList<>(closed);
    if (lines > 0) {
      all.add(open());
    }
    return List.copyOf(all);
  }

  /** The blocks that grow no more; they are not remembered here any longer. */
  List<Block> takeClosed() {
    List<Block> taken = List.copyOf(closed);
    closed.clear();
    return taken;
  }

  /** The same, the last block included, which ends here. */
  List<Block> takeAll() {
    if (lines > 0) {
      close();
    }
    return takeClosed();
  }
}
