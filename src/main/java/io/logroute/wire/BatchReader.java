// SPDX-License-Identifier: Apache-2.0
package io.logroute.wire;

import org.jspecify.annotations.Nullable;

/**
 * Reads a BATCH where it is: a view of somebody's bytes that moves from line to line and allocates
 * nothing. A message is looked through from end to end before its first line is given, so a batch
 * is good as a whole or not at all. Used by one thread.
 *
 * <p>After {@link #wrap}, {@link #next} moves to the first line, and so on; {@link #rewind} starts
 * over.
 */
public final class BatchReader implements Message.Batch {

  private static final byte[] NOTHING = {};

  private byte[] bytes = NOTHING;
  private int entriesEnd;
  private int position;
  private long session;
  private long number;
  private int lines;
  private long lineBytes;
  private int messageBytes;

  private int stream;
  private boolean runStart;
  private int flags;
  private long start;
  private long end;
  private long time;
  private int lineOffset;
  private int lineLength;
  private @Nullable String problem;

  /**
   * Takes a message whose checksum was found right; see {@link MessageDecoder}.
   *
   * @return what is wrong with it, as a sentence; null when all is well
   */
  @Nullable String wrap(byte[] message, int length) {
    if (length < BatchWriter.HEAD_AND_TAIL_BYTES) {
      return "a BATCH of " + length + " bytes is too short";
    }
    bytes = message;
    messageBytes = length;
    entriesEnd = length - Frame.CRC_BYTES;
    session = (long) Frame.LONG.get(message, Frame.SESSION_AT);
    number = (long) Frame.LONG.get(message, BatchWriter.NUMBER_AT);
    if (number <= 0) {
      return "a BATCH has no number";
    }
    if (message[BatchWriter.FLAGS_AT] != 0) {
      return "a BATCH has flags that were not agreed on";
    }
    rewind();
    lines = 0;
    lineBytes = 0;
    while (next()) {
      lines++;
      lineBytes += lineLength;
    }
    if (problem == null && lines == 0) {
      return "a BATCH has no lines";
    }
    String found = problem;
    rewind();
    return found;
  }

  /**
   * A reader of its own over the same bytes, before the first line: for handing a batch to another
   * thread while the decoder goes on.
   */
  public BatchReader copy() {
    BatchReader copy = new BatchReader();
    copy.bytes = bytes;
    copy.messageBytes = messageBytes;
    copy.entriesEnd = entriesEnd;
    copy.session = session;
    copy.number = number;
    copy.lines = lines;
    copy.lineBytes = lineBytes;
    copy.rewind();
    return copy;
  }

  /** Goes back before the first line. */
  public void rewind() {
    position = BatchWriter.ENTRIES_AT;
    stream = 0;
    start = 0;
    end = 0;
    time = 0;
    runStart = false;
    problem = null;
  }

  /** Moves to the next line; false: there is none. */
  public boolean next() {
    runStart = false;
    while (position < entriesEnd) {
      int head = bytes[position++] & 0xFF;
      if (head != LineFlags.RUN) {
        return line(head);
      }
      long next = varint();
      if (next <= 0 || next > Integer.MAX_VALUE) {
        return bad("a stream's number is not between 1 and 2147483647");
      }
      stream = (int) next;
      end = 0;
      runStart = true;
    }
    return false;
  }

  private boolean line(int head) {
    if ((head & ~LineFlags.ALL) != 0) {
      return bad("a line has flags that are not known");
    }
    if (stream == 0) {
      return bad("a line stands before any stream");
    }
    flags = head;
    long gap = varint();
    long span = varint();
    start = end + gap;
    end = start + span;
    if (gap < 0 || start < 0 || span <= 0 || end < 0) {
      return bad("a line's offsets are not ascending numbers of 63 bits");
    }
    if ((head & LineFlags.NO_TIME) == 0) {
      long delta = varint();
      time += delta >>> 1 ^ -(delta & 1);
    }
    long length = varint();
    if (length < 0 || length > WireLimits.MAX_LINE_BYTES || length > entriesEnd - position) {
      return bad("a line is longer than its message or the limit");
    }
    lineOffset = position;
    lineLength = (int) length;
    position += lineLength;
    return true;
  }

  private boolean bad(String sentence) {
    problem = sentence;
    position = entriesEnd;
    return false;
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; shift < 64 && position < entriesEnd; shift += 7) {
      byte b = bytes[position++];
      value |= (b & 0x7FL) << shift;
      if (b >= 0) {
        return shift == 63 && b > 1 ? noVarint() : value;
      }
    }
    return noVarint();
  }

  private long noVarint() {
    position = entriesEnd;
    return -1;
  }

  @Override
  public long session() {
    return session;
  }

  /** The batch's number in its session, 1 for the first. */
  public long number() {
    return number;
  }

  /** How many lines there are. */
  public int lines() {
    return lines;
  }

  /** Bytes of all lines together. */
  public long lineBytes() {
    return lineBytes;
  }

  /** What counts against the window: the length of the whole message. */
  public int messageBytes() {
    return messageBytes;
  }

  /** The number of the line's stream. */
  public int stream() {
    return stream;
  }

  /** Whether the line is the first of a run: the stream may be another than before. */
  public boolean isRunStart() {
    return runStart;
  }

  /** Where the line's first record in this generation starts, uncompressed. */
  public long start() {
    return start;
  }

  /** Where the record behind its last one starts. */
  public long end() {
    return end;
  }

  /** Nanoseconds since the epoch; {@link Long#MIN_VALUE}: not known. */
  public long epochNanos() {
    return (flags & LineFlags.NO_TIME) == 0 ? time : Long.MIN_VALUE;
  }

  public boolean isTruncated() {
    return (flags & LineFlags.TRUNCATED) != 0;
  }

  /** Whether it began in an earlier generation. */
  public boolean isCarried() {
    return (flags & LineFlags.CARRIED) != 0;
  }

  /** The array that holds the line: the message's own. */
  public byte[] bytes() {
    return bytes;
  }

  /** Where the line starts in it. */
  public int lineOffset() {
    return lineOffset;
  }

  /** How many bytes the line has, without a line feed. */
  public int lineLength() {
    return lineLength;
  }
}
