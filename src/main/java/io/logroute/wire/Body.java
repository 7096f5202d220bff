// SPDX-License-Identifier: Apache-2.0
package io.logroute.wire;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads a control message's fields one after the other. What is not there reads as 0 or empty, and
 * is remembered as a problem: the reader looks once, at the end.
 */
final class Body {

  private final byte[] bytes;
  private final int end;
  private int position = Frame.BODY_AT;
  private @Nullable String problem;

  Body(byte[] bytes, int length) {
    this.bytes = bytes;
    this.end = length - Frame.CRC_BYTES;
  }

  private boolean has(int count) {
    if (end - position >= count) {
      return true;
    }
    fail("is too short");
    position = end;
    return false;
  }

  void fail(String sentence) {
    if (problem == null) {
      problem = sentence;
    }
  }

  int u8() {
    return has(1) ? bytes[position++] & 0xFF : 0;
  }

  int u16() {
    return u8() | u8() << 8;
  }

  /** A number of which only the lower 31 bits may be set. */
  int u31() {
    if (!has(Integer.BYTES)) {
      return 0;
    }
    int value = (int) Frame.INT.get(bytes, position);
    position += Integer.BYTES;
    if (value < 0) {
      fail("has a number over 2147483647");
    }
    return value;
  }

  long i64() {
    if (!has(Long.BYTES)) {
      return 0;
    }
    long value = (long) Frame.LONG.get(bytes, position);
    position += Long.BYTES;
    return value;
  }

  /** A number of which only the lower 63 bits may be set. */
  long u63() {
    long value = i64();
    if (value < 0) {
      fail("has a number of 64 bits");
    }
    return value;
  }

  /** Eight bytes that are no number, as one all the same: the first is the most significant. */
  long bytesAsLong() {
    return Long.reverseBytes(i64());
  }

  void expect(byte[] magic) {
    for (byte b : magic) {
      if (u8() != (b & 0xFF)) {
        fail("does not start with the protocol's name");
      }
    }
  }

  String text(int maxBytes) {
    int length = u16();
    if (length > maxBytes) {
      fail("has a text longer than " + maxBytes + " bytes");
    }
    if (!has(length)) {
      return "";
    }
    String text = decode(position, length);
    position += length;
    if (text.chars().anyMatch(Character::isISOControl)) {
      fail("has a control character in a text");
    }
    return text;
  }

  private String decode(int from, int length) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, from, length))
          .toString();
    } catch (CharacterCodingException e) {
      fail("has a text that is not UTF-8");
      return "";
    }
  }

  /** Says that nothing may follow. */
  void expectEnd() {
    if (position != end) {
      fail("is too long");
    }
  }

  int remaining() {
    return end - position;
  }

  @Nullable String problem() {
    return problem;
  }
}
