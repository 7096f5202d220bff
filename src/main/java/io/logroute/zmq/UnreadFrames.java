// SPDX-License-Identifier: Apache-2.0
package io.logroute.zmq;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import zmq.Msg;
import zmq.msg.MsgAllocator;

/**
 * Bounds what waits to be read from a socket by bytes, where JeroMQ has a bound by messages, for
 * each connection, which a socket with CURVE must never reach. While more waits, the I/O thread
 * makes no room for another frame: it reads from none of its connections, and the peers wait in
 * TCP. So the socket needs a context, and with it an I/O thread, of its own, and its owner must
 * read, or {@link #close}.
 *
 * <p>The count is of frames as they come from the network. Some are never read: commands of ZeroMQ
 * itself, and what a connection had begun when it broke. So it begins anew whenever the owner finds
 * nothing to read, which is soon, since nothing comes while the count is full. What comes at that
 * moment may be left out of it.
 *
 * <p>{@link #allocate} is for the I/O thread; the rest for the socket's owner.
 */
public final class UnreadFrames implements MsgAllocator {

  /** What JeroMQ needs for a frame beside its bytes, roughly. */
  private static final int FRAME_BYTES = 128;

  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final MsgAllocator allocator;
  private final long maxBytes;
  private final AtomicLong bytes = new AtomicLong();
  private volatile boolean closed;

  /**
   * @param allocator makes room for one frame
   * @param maxBytes of all that wait; one more frame than that may come
   */
  public UnreadFrames(MsgAllocator allocator, long maxBytes) {
    this.allocator = allocator;
    this.maxBytes = maxBytes;
  }

  @Override
  public Msg allocate(int size) {
    while (bytes.get() > maxBytes && !closed) {
      LockSupport.parkNanos(LOOK_NANOS);
    }
    bytes.addAndGet(FRAME_BYTES + Math.max(0, size));
    return allocator.allocate(size);
  }

  /** A frame was read. */
  public void read(int length) {
    bytes.updateAndGet(now -> Math.max(0, now - FRAME_BYTES - length));
  }

  /** Nothing is left to be read. */
  public void allRead() {
    bytes.set(0);
  }

  /** Nobody will read any more; called before the socket is closed, so that it can be. */
  public void close() {
    closed = true;
  }
}
