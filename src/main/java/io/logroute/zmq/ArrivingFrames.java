// SPDX-License-Identifier: Apache-2.0
package io.logroute.zmq;

import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import zmq.Msg;
import zmq.msg.MsgAllocator;

/**
 * Bounds the memory of frames that peers have announced and not sent whole. JeroMQ takes memory for
 * a frame when its length has come, so that ten peers that announce the longest frame and send no
 * more of it could take all there is, and the I/O thread's end would be the end of every
 * connection.
 *
 * <p>A frame for which there is no room is read all the same, into memory that all such frames
 * share, and handed over as {@link Refused}; under CURVE it cannot be opened, which ends its
 * connection. What a connection had begun when it broke counts until the garbage collector has
 * found it, which is asked to look when nothing else makes room.
 *
 * <p>Short frames do not count: a connection has a buffer as long as they are in any case. All
 * methods are for the I/O thread of one context.
 */
public final class ArrivingFrames implements MsgAllocator {

  /** What comes in place of a frame for which there was no room; its bytes mean nothing. */
  public static final class Refused extends Msg {
    private Refused(ByteBuffer waste) {
      super(waste);
    }
  }

  /** Knows how much of it has come, since JeroMQ writes through what {@link #buf} gives first. */
  private static final class Arriving extends Msg {
    private @Nullable ByteBuffer written;

    Arriving(int size) {
      super(size);
    }

    @Override
    public ByteBuffer buf() {
      ByteBuffer buffer = super.buf();
      written = written == null ? buffer : written;
      return buffer;
    }

    boolean isWhole() {
      return written != null && !written.hasRemaining();
    }
  }

  /** The length of a connection's buffer (zmq.Config.IN_BATCH_SIZE). */
  private static final int SHORT_BYTES = 8 * 1024;

  private static final long COLLECT_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final BoundedAllocator bounded;
  private final long maxFrameBytes;
  private final long maxArrivingBytes;
  private final List<WeakReference<Arriving>> announced = new ArrayList<>();

  /** Of {@link #announced}: what is arriving, and what has arrived since this was last counted. */
  private long announcedBytes;

  private long collectedNanos = System.nanoTime() - COLLECT_NANOS;
  private byte[] waste = {};

  /**
   * @param maxFrameBytes of one frame; a longer one ends its connection
   * @param maxArrivingBytes of all that are longer than a connection's buffer and not whole yet; at
   *     least one frame may be
   */
  public ArrivingFrames(long maxFrameBytes, long maxArrivingBytes) {
    this.bounded = new BoundedAllocator(maxFrameBytes);
    this.maxFrameBytes = maxFrameBytes;
    this.maxArrivingBytes = Math.max(maxFrameBytes, maxArrivingBytes);
  }

  @Override
  public Msg allocate(int size) {
    if (size <= SHORT_BYTES || size > maxFrameBytes) {
      return bounded.allocate(size);
    }
    return hasRoom(size) ? arriving(size) : refused(size);
  }

  private boolean hasRoom(int size) {
    if (announcedBytes + size > maxArrivingBytes) {
      count();
    }
    long nowNanos = System.nanoTime();
    if (announcedBytes + size > maxArrivingBytes && nowNanos - collectedNanos >= COLLECT_NANOS) {
      collectedNanos = nowNanos;
      System.gc();
      count();
    }
    return announcedBytes + size <= maxArrivingBytes;
  }

  private void count() {
    announcedBytes = 0;
    announced.removeIf(
        reference -> {
          Arriving frame = reference.get();
          if (frame == null || frame.isWhole()) {
            return true;
          }
          announcedBytes += frame.size();
          return false;
        });
  }

  private Msg arriving(int size) {
    Arriving frame = new Arriving(size);
    announced.add(new WeakReference<>(frame));
    announcedBytes += size;
    return frame;
  }

  private Msg refused(int size) {
    if (waste.length < size) {
      waste = new byte[size];
    }
    return new Refused(ByteBuffer.wrap(waste, 0, size));
  }
}
