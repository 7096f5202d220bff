// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.cri.LineMemory;
import io.logroute.agent.cri.LogRecord;
import io.logroute.agent.cri.Newlines;
import io.logroute.agent.cri.PartialLine;
import io.logroute.agent.tail.GenerationReader;
import java.io.IOException;
import java.util.List;

/**
 * Reads a line once more whose pieces there was no memory for: from the record that it began in to
 * its last one, over all generations between, leaving out the other stream. Used once, by a
 * pipeline's thread: one such line at a time for each pipeline.
 */
final class SpilledLine {

  private final LogRecord record = new LogRecord();
  private final byte[] buffer = new byte[ReadBuffer.BYTES];
  private final boolean stderr;
  private final PartialLine text;
  private boolean inRecord;
  private boolean wanted;

  private SpilledLine(boolean stderr, int maxBytes) {
    this.stderr = stderr;
    this.text = new PartialLine(maxBytes, LineMemory.UNBOUNDED);
  }

  /**
   * The line's text.
   *
   * @param all the generations, oldest first
   * @throws IOException when one of those that it stands in cannot be read, or is closed
   */
  static PartialLine read(OpenLine open, List<Progress> all, boolean stderr, int maxBytes)
      throws IOException {
    SpilledLine line = new SpilledLine(stderr, maxBytes);
    int first = all.indexOf(open.begunIn());
    int last = all.indexOf(open.endsIn());
    if (first < 0 || last < first) {
      throw new IOException("the file that the line begins in is gone");
    }
    try (GenerationReader reader = new GenerationReader()) {
      for (int i = first; i <= last; i++) {
        long from = i == first ? open.begunAt() : 0;
        long to = i == last ? open.endInLast() : Long.MAX_VALUE;
        line.readFrom(all.get(i), reader, from, to);
      }
    }
    return line.text;
  }

  private void readFrom(Progress progress, GenerationReader reader, long from, long to)
      throws IOException {
    long position = from;
    while (position < to) {
      int length = (int) Math.min(buffer.length, to - position);
      int count = reader.read(progress.generation, position, buffer, 0, length);
      if (count == 0) {
        break;
      }
      position += take(count);
    }
    inRecord = false;
  }

  /** Takes all whole records of the buffer; one that fills it is taken piece by piece. */
  private int take(int count) {
    int used = 0;
    for (int end = Newlines.indexOf(buffer, 0, count);
        end >= 0;
        end = Newlines.indexOf(buffer, used, count)) {
      piece(used, end);
      inRecord = false;
      used = end + 1;
    }
    if (used == 0) {
      piece(0, count);
      inRecord = true;
      used = count;
    }
    return used;
  }

  private void piece(int from, int to) {
    if (!inRecord) {
      record.parse(buffer, from, to);
      wanted = record.isStderr() == stderr;
    }
    if (wanted && inRecord) {
      text.append(buffer, from, to);
    } else if (wanted) {
      text.append(record.content(), record.contentStart(), record.contentEnd());
    }
  }
}
