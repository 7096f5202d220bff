// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.driver.zmq;

import java.util.Arrays;
import java.util.List;

/**
 * Lines as they go out, encoded once: complete ZMTP messages, the first one without the frames
 * before its last and the header of its last, which JeroMQ writes itself (RFC 23, ZMTP 3.0; the
 * same framing since ZMTP 2.0).
 *
 * <p>Filled by the pipeline's thread, then read by the I/O thread, which says so by {@link
 * #setTaken}.
 */
final class Batch {

  /** The flags of a frame. */
  private static final byte MORE = 1;

  private static final byte LARGE = 2;

  private static final int LARGEST_HEADER = 9;

  /** Rainbond's receiver drops what is shorter. */
  private static final int LEAST_RAINBOND_BYTES = 47;

  /**
   * What a target's lines have in common.
   *
   * @param leading the frames before the last
   * @param topic what subscriptions are compared with: the beginning of the first frame
   * @param frames the leading frames as they stand on the wire
   * @param tag what stands before each line in the last frame
   * @param leastBytes a last frame that is shorter is filled up with spaces
   */
  record Prefix(List<byte[]> leading, byte[] topic, byte[] frames, byte[] tag, int leastBytes) {

    /** Format {@code three-frame}. */
    static Prefix of(byte[] tenant, byte[] service, byte[] tag) {
      byte[] frames = new byte[2 * LARGEST_HEADER + tenant.length + service.length];
      int end = frame(frames, 0, MORE, tenant);
      end = frame(frames, end, MORE, service);
      byte[] before = Arrays.copyOf(tag, tag.length + 2);
      before[tag.length] = ':';
      before[tag.length + 1] = ' ';
      return new Prefix(List.of(tenant, service), tenant, Arrays.copyOf(frames, end), before, 0);
    }

    /** Format {@code rainbond-frame}. */
    static Prefix ofRainbond(byte[] service, byte[] containerId) {
      byte[] before = Arrays.copyOf(containerId, containerId.length + 1 + service.length);
      before[containerId.length] = ',';
      System.arraycopy(service, 0, before, containerId.length + 1, service.length);
      return new Prefix(List.of(), before, new byte[0], before, LEAST_RAINBOND_BYTES);
    }

    private static int frame(byte[] target, int at, byte flags, byte[] body) {
      int start = header(target, at, flags, body.length);
      System.arraycopy(body, 0, target, start, body.length);
      return start + body.length;
    }
  }

  private byte[] bytes;
  private int length;
  private int firstFrameLength;
  private int lines;
  private Prefix first;
  private volatile boolean taken;
  private long takenNanos;

  Batch(int capacityBytes, Prefix first) {
    this.bytes = new byte[capacityBytes];
    this.first = first;
  }

  /** Makes an old batch new, keeping its array. */
  void reset(Prefix prefix) {
    first = prefix;
    length = 0;
    lines = 0;
    taken = false;
  }

  /** How many bytes a line would take, at most. */
  static int roomFor(Prefix prefix, int lineLength) {
    return prefix.frames.length
        + LARGEST_HEADER
        + Math.max(prefix.leastBytes, prefix.tag.length + lineLength);
  }

  boolean hasRoomFor(int wantedBytes) {
    return length + wantedBytes <= bytes.length;
  }

  /** Makes room for so many bytes; only for an empty batch. */
  void growTo(int capacityBytes) {
    if (bytes.length < capacityBytes) {
      bytes = new byte[capacityBytes];
    }
  }

  void add(Prefix prefix, byte[] line, int offset, int lineLength) {
    int text = prefix.tag.length + lineLength;
    int body = Math.max(prefix.leastBytes, text);
    int at = length;
    if (lines == 0) {
      firstFrameLength = body;
    } else {
      System.arraycopy(prefix.frames, 0, bytes, at, prefix.frames.length);
      at = header(bytes, at + prefix.frames.length, (byte) 0, body);
    }
    System.arraycopy(prefix.tag, 0, bytes, at, prefix.tag.length);
    System.arraycopy(line, offset, bytes, at + prefix.tag.length, lineLength);
    Arrays.fill(bytes, at + text, at + body, (byte) ' ');
    length = at + body;
    lines++;
  }

  private static int header(byte[] target, int at, byte flags, int bodyLength) {
    if (bodyLength <= 255) {
      target[at] = flags;
      target[at + 1] = (byte) bodyLength;
      return at + 2;
    }
    target[at] = (byte) (flags | LARGE);
    for (int i = 0; i < Long.BYTES; i++) {
      target[at + 1 + i] = (byte) ((long) bodyLength >>> (56 - 8 * i));
    }
    return at + LARGEST_HEADER;
  }

  byte[] bytes() {
    return bytes;
  }

  int capacityBytes() {
    return bytes.length;
  }

  int length() {
    return length;
  }

  /** The length of the first line's frame, which starts at index 0. */
  int firstFrameLength() {
    return firstFrameLength;
  }

  int lines() {
    return lines;
  }

  Prefix first() {
    return first;
  }

  /** The I/O thread has begun to write it. */
  void setTaken() {
    takenNanos = System.nanoTime();
    taken = true;
  }

  boolean isTaken() {
    return taken;
  }

  /** When {@link #setTaken} was called; only after {@link #isTaken} said so. */
  long takenNanos() {
    return takenNanos;
  }
}
