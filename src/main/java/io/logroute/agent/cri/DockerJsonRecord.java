// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.cri;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One record of Docker's json-file driver, {@code {"log":"…\n","stream":"stdout","time":"…"}} (moby
 * jsonfilelog). A log value without a line feed at its end is a partial line. The instance is
 * reused for every record; the decoded content is in an array of its own. Used by one thread.
 */
public final class DockerJsonRecord {

  private static final byte[] EMPTY = {};

  private byte[] content = EMPTY;
  private int contentLength;
  private int timeStart;
  private int timeEnd;
  private boolean stderr;
  private boolean partial;
  private int at;

  /**
   * Looks at the record in {@code [from, to)}, its line feed left out.
   *
   * @return false when it is no such record; nothing else of this object means anything then
   */
  public boolean parse(byte[] b, int from, int to) {
    if (to - from < 2 || b[from] != '{' || b[to - 1] != '}') {
      return false;
    }
    boolean hasLog = false;
    stderr = false;
    timeStart = from;
    timeEnd = from;
    at = from + 1;
    while (at < to - 1) {
      int keyStart = at + 1;
      int keyEnd = stringEnd(b, at, to);
      if (keyEnd < 0 || keyEnd + 1 >= to || b[keyEnd + 1] != ':') {
        return false;
      }
      int value = keyEnd + 2;
      int valueEnd = b[value] == '"' ? stringEnd(b, value, to) : objectEnd(b, value, to);
      if (valueEnd < 0) {
        return false;
      }
      if (is(b, keyStart, keyEnd, "log") && b[value] == '"') {
        hasLog = decode(b, value + 1, valueEnd);
      } else if (is(b, keyStart, keyEnd, "stream")) {
        stderr = is(b, value + 1, valueEnd, "stderr");
      } else if (is(b, keyStart, keyEnd, "time")) {
        timeStart = value + 1;
        timeEnd = valueEnd;
      }
      at = valueEnd + 2;
    }
    partial = contentLength == 0 || content[contentLength - 1] != '\n';
    if (hasLog && !partial) {
      contentLength--;
    }
    return hasLog;
  }

  private static int stringEnd(byte[] b, int quote, int to) {
    if (quote >= to || b[quote] != '"') {
      return -1;
    }
    for (int i = quote + 1; i < to; i++) {
      if (b[i] == '\\') {
        i++;
      } else if (b[i] == '"') {
        return i;
      }
    }
    return -1;
  }

  private static int objectEnd(byte[] b, int start, int to) {
    if (b[start] != '{') {
      return -1;
    }
    int depth = 0;
    for (int i = start; i < to; i++) {
      if (b[i] == '"') {
        i = stringEnd(b, i, to);
        if (i < 0) {
          return -1;
        }
      } else if (b[i] == '{') {
        depth++;
      } else if (b[i] == '}' && --depth == 0) {
        return i;
      }
    }
    return -1;
  }

  private static boolean is(byte[] b, int from, int to, String text) {
    byte[] wanted = text.getBytes(StandardCharsets.US_ASCII);
    return Arrays.equals(b, from, to, wanted, 0, wanted.length);
  }

  private boolean decode(byte[] b, int from, int to) {
    if (content.length < to - from) {
      content = new byte[to - from];
    }
    int out = 0;
    for (int i = from; i < to; i++) {
      if (b[i] != '\\') {
        content[out++] = b[i];
        continue;
      }
      i++;
      switch (b[i]) {
        case 'n' -> content[out++] = '\n';
        case 't' -> content[out++] = '\t';
        case 'r' -> content[out++] = '\r';
        case 'b' -> content[out++] = '\b';
        case 'f' -> content[out++] = '\f';
        case 'u' -> {
          int unit = hex(b, i + 1, to);
          if (unit < 0) {
            return false;
          }
          i += 4;
          int low = Character.isHighSurrogate((char) unit) ? lowSurrogate(b, i + 1, to) : -1;
          if (low >= 0) {
            i += 6;
          }
          out = utf8(out, low < 0 ? unit : Character.toCodePoint((char) unit, (char) low));
        }
        default -> content[out++] = b[i];
      }
    }
    contentLength = out;
    return true;
  }

  private static int lowSurrogate(byte[] b, int i, int to) {
    if (i + 6 > to || b[i] != '\\' || b[i + 1] != 'u') {
      return -1;
    }
    int unit = hex(b, i + 2, to);
    return unit >= 0 && Character.isLowSurrogate((char) unit) ? unit : -1;
  }

  private static int hex(byte[] b, int from, int to) {
    if (from + 4 > to) {
      return -1;
    }
    int value = 0;
    for (int i = from; i < from + 4; i++) {
      int digit = Character.digit(b[i], 16);
      if (digit < 0) {
        return -1;
      }
      value = value << 4 | digit;
    }
    return value;
  }

  private int utf8(int out, int codePoint) {
    int c = Character.isSurrogate((char) codePoint) && codePoint < 0x10000 ? 0xFFFD : codePoint;
    byte[] encoded = Character.toString(c).getBytes(StandardCharsets.UTF_8);
    System.arraycopy(encoded, 0, content, out, encoded.length);
    return out + encoded.length;
  }

  /** The decoded line, from index 0 on. */
  public byte[] content() {
    return content;
  }

  public int contentLength() {
    return contentLength;
  }

  public int timeStart() {
    return timeStart;
  }

  public int timeEnd() {
    return timeEnd;
  }

  public boolean isStderr() {
    return stderr;
  }

  public boolean isPartial() {
    return partial;
  }
}
