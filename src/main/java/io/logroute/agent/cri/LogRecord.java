// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.cri;

/**
 * One record of a container's log file, whatever its form: CRI, Docker's json-file, or neither, in
 * which case the whole of it is a line of stdout. The instance is reused for every record; what it
 * tells is valid until the bytes it was parsed from change. Used by one thread.
 */
public final class LogRecord {

  private static final byte[] NOTHING = {};

  private final CriRecord cri = new CriRecord();
  private final RecordClock clock = new RecordClock();
  private final DockerJsonRecord json = new DockerJsonRecord();
  private byte[] source = NOTHING;
  private byte[] content = NOTHING;
  private int contentStart;
  private int contentEnd;
  private int timeStart;
  private int timeEnd;
  private boolean stderr;
  private boolean partial;
  private boolean malformed;

  /** Looks at the record in {@code [from, to)}, its line feed left out. */
  public void parse(byte[] b, int from, int to) {
    source = b;
    timeStart = from;
    malformed = false;
    if (cri.parse(b, from, to)) {
      content = b;
      contentStart = cri.contentStart();
      contentEnd = to;
      timeEnd = cri.timeEnd();
      stderr = cri.isStderr();
      partial = cri.isPartial();
    } else if (from < to && b[from] == '{' && json.parse(b, from, to)) {
      content = json.content();
      contentStart = 0;
      contentEnd = json.contentLength();
      timeStart = json.timeStart();
      timeEnd = json.timeEnd();
      stderr = json.isStderr();
      partial = json.isPartial();
    } else {
      content = b;
      contentStart = from;
      contentEnd = to;
      timeEnd = from;
      stderr = false;
      partial = false;
      malformed = true;
    }
  }

  /** The array that holds the content. */
  public byte[] content() {
    return content;
  }

  public int contentStart() {
    return contentStart;
  }

  public int contentEnd() {
    return contentEnd;
  }

  public int contentLength() {
    return contentEnd - contentStart;
  }

  public boolean isStderr() {
    return stderr;
  }

  /** Whether the line goes on in the stream's next record. */
  public boolean isPartial() {
    return partial;
  }

  /** Whether it is neither CRI nor Docker's. */
  public boolean isMalformed() {
    return malformed;
  }

  /** The record's time, see {@link RecordTime#epochNanos}. */
  public long epochNanos() {
    return clock.epochNanos(source, timeStart, timeEnd);
  }
}
