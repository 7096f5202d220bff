// SPDX-License-Identifier: Apache-2.0
package io.logroute.zmq;

import zmq.Msg;
import zmq.msg.MsgAllocator;
import zmq.msg.MsgAllocatorThreshold;

/**
 * Makes room for a frame within a limit. JeroMQ 0.6.0 (zmq.io.coder.Decoder.sizeReady) compares a
 * frame's length of eight bytes with the socket's limit as a signed number and then cuts it to four
 * bytes: a length with its first bit set passes, and what is left of it may be negative, which ends
 * the I/O thread and with it every connection, or two gigabytes. Such a frame is given no room;
 * what follows is taken for frames, which it is not, and refused as what it is.
 */
public final class BoundedAllocator implements MsgAllocator {

  private final MsgAllocator usual = new MsgAllocatorThreshold();
  private final long maxBytes;

  public BoundedAllocator(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  @Override
  public Msg allocate(int size) {
    return size < 0 || size > maxBytes ? new Msg() : usual.allocate(size);
  }
}
