// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.cri;

/**
 * One record of a CRI log file, found in place: {@code TIME SP STREAM SP TAGS SP CONTENT}, where
 * only the first of the tags, which colons part, says whether the record is whole (kubelet
 * cri-client/pkg/logs, "forward compatible"). The instance is reused for every record; it owns no
 * bytes. Used by one thread.
 */
public final class CriRecord {

  private static final int SHORTEST_TIME = "2006-01-02T15:04:05Z".length();
  private static final int LONGEST_TIME = "2006-01-02T15:04:05.123456789+07:00".length();
  private static final int STREAM_LENGTH = "stdout".length();

  private int timeEnd;
  private int contentStart;
  private boolean stderr;
  private boolean partial;

  /**
   * Looks at the record in {@code [from, to)}, its line feed left out.
   *
   * @return false when it is no CRI record; nothing else of this object means anything then
   */
  public boolean parse(byte[] b, int from, int to) {
    int streamStart = timeEnd(b, from, to) + 1;
    int tagStart = streamStart + STREAM_LENGTH + 1;
    if (streamStart == 0 || tagStart + 2 > to || b[tagStart - 1] != ' ') {
      return false;
    }
    if (b[streamStart] != 's' || b[streamStart + 1] != 't' || b[streamStart + 2] != 'd') {
      return false;
    }
    stderr = b[streamStart + 3] == 'e';
    boolean known =
        stderr
            ? b[streamStart + 4] == 'r' && b[streamStart + 5] == 'r'
            : b[streamStart + 3] == 'o' && b[streamStart + 4] == 'u' && b[streamStart + 5] == 't';
    partial = b[tagStart] == 'P';
    if (!known || (!partial && b[tagStart] != 'F')) {
      return false;
    }
    int tagEnd = tagStart + 1;
    if (b[tagEnd] == ':') {
      while (tagEnd < to && b[tagEnd] != ' ') {
        tagEnd++;
      }
    }
    if (tagEnd == to || b[tagEnd] != ' ') {
      return false;
    }
    timeEnd = streamStart - 1;
    contentStart = tagEnd + 1;
    return true;
  }

  private static int timeEnd(byte[] b, int from, int to) {
    int last = Math.min(to - 1, from + LONGEST_TIME);
    if (to - from <= SHORTEST_TIME || b[from + 4] != '-' || b[from + 10] != 'T') {
      return -1;
    }
    for (int i = from + SHORTEST_TIME; i <= last; i++) {
      if (b[i] == ' ') {
        return i;
      }
    }
    return -1;
  }

  /** The index behind the record's time, which starts where the record does. */
  public int timeEnd() {
    return timeEnd;
  }

  /** The index of the content's first byte; the content ends where the record does. */
  public int contentStart() {
    return contentStart;
  }

  public boolean isStderr() {
    return stderr;
  }

  /** Whether the line goes on in the stream's next record. */
  public boolean isPartial() {
    return partial;
  }
}
