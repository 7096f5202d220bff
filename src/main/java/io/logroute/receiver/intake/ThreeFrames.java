// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.intake;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.logroute.receiver.sink.TaggedStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Checks three-frame messages: tenant id, service id, {@code <tag>: <line>}. Everything in them is
 * data from the network. Used by one thread.
 */
final class ThreeFrames {

  /** Ids are at most this long. */
  static final int MAX_ID_BYTES = 128;

  /** Room for the longest names of namespace, pod and container and what stands between them. */
  static final int MAX_TAG_BYTES = 512;

  private static final int CACHED_STREAMS = 4096;

  private final @Nullable CachedStream[] streams = new CachedStream[CACHED_STREAMS];

  private @Nullable TaggedStream stream;
  private int lineOffset;

  /**
   * Checks one message.
   *
   * @param frames its first frames, as many as there are up to three
   * @param count how many frames it had in all
   * @return why it is refused, or null when {@link #stream} and {@link #lineOffset} tell about it
   */
  @Nullable Refusal check(byte[][] frames, int count) {
    if (count != 3) {
      return Refusal.FRAMES;
    }
    if (!isId(frames[0])) {
      return Refusal.TENANT_ID;
    }
    if (!isId(frames[1])) {
      return Refusal.SERVICE_ID;
    }
    int tagEnd = tagEnd(frames[2]);
    if (tagEnd < 0) {
      return Refusal.TAG;
    }
    stream = stream(frames, tagEnd);
    lineOffset = tagEnd + 2;
    return null;
  }

  /** The stream of the message that was accepted last. */
  TaggedStream stream() {
    if (stream == null) {
      throw new IllegalStateException("no message was accepted yet");
    }
    return stream;
  }

  /** Where the line begins in the third frame of the message that was accepted last. */
  int lineOffset() {
    return lineOffset;
  }

  static boolean isId(byte[] bytes) {
    if (bytes.length == 0 || bytes.length > MAX_ID_BYTES) {
      return false;
    }
    boolean onlyDots = true;
    for (byte b : bytes) {
      if (!isIdByte(b)) {
        return false;
      }
      onlyDots &= b == '.';
    }
    return !(onlyDots && bytes.length <= 2);
  }

  private static boolean isIdByte(byte b) {
    return (b >= 'a' && b <= 'z')
        || (b >= 'A' && b <= 'Z')
        || (b >= '0' && b <= '9')
        || b == '.'
        || b == '_'
        || b == '-';
  }

  private static int tagEnd(byte[] text) {
    int last = Math.min(text.length - 2, MAX_TAG_BYTES);
    for (int i = 0; i <= last; i++) {
      if (text[i] == ':' && text[i + 1] == ' ') {
        return i;
      }
    }
    return -1;
  }

  /** Most lines belong to streams seen just before: no strings are made for those. */
  private TaggedStream stream(byte[][] frames, int tagEnd) {
    int hash = Arrays.hashCode(frames[0]) * 31 + Arrays.hashCode(frames[1]);
    for (int i = 0; i < tagEnd; i++) {
      hash = hash * 31 + frames[2][i];
    }
    int slot = Math.floorMod(hash ^ (hash >>> 16), CACHED_STREAMS);
    CachedStream cached = streams[slot];
    if (cached == null || !cached.matches(frames, tagEnd)) {
      cached = CachedStream.of(frames, tagEnd);
      streams[slot] = cached;
    }
    return cached.stream;
  }

  private static final class CachedStream {
    final TaggedStream stream;
    private final byte[] tenantId;
    private final byte[] serviceId;
    private final byte[] tag;

    private CachedStream(byte[] tenantId, byte[] serviceId, byte[] tag) {
      this.tenantId = tenantId;
      this.serviceId = serviceId;
      this.tag = tag;
      this.stream =
          new TaggedStream(
              new String(tenantId, ISO_8859_1),
              new String(serviceId, ISO_8859_1),
              new String(tag, ISO_8859_1));
    }

    static CachedStream of(byte[][] frames, int tagEnd) {
      return new CachedStream(frames[0], frames[1], Arrays.copyOf(frames[2], tagEnd));
    }

    boolean matches(byte[][] frames, int tagEnd) {
      return Arrays.equals(tenantId, frames[0])
          && Arrays.equals(serviceId, frames[1])
          && Arrays.equals(tag, 0, tag.length, frames[2], 0, tagEnd);
    }
  }
}
