// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.driver.zmq;

import java.nio.ByteBuffer;
import zmq.Msg;

/**
 * The last frame of a {@link Batch}'s first message, with the rest of the batch behind it. JeroMQ's
 * encoder (zmq.io.coder.v2.V2Encoder) first asks {@link #hasMore} and {@link #size} and writes the
 * frame's header, then asks {@link #buf} and {@link #size} and writes the body; so the header tells
 * the first frame's length while the body is the whole batch, and one object in JeroMQ's pipe is
 * many messages on the wire.
 *
 * <p>Where it is a message's only frame, JeroMQ's XPUB compares its beginning with subscriptions,
 * in the thread that sends: that is no writing.
 *
 * <p>Sound only where one peer gets the message: the answer of {@link #size} depends on what was
 * asked before. A socket here has one connection, ever. Not sound under CURVE, which would seal the
 * batch as one frame.
 */
final class PreencodedMessage extends Msg {

  private final Batch batch;
  private final Runnable taken;
  private final Thread sender = Thread.currentThread();
  private boolean inBody;

  PreencodedMessage(Batch batch, Runnable taken) {
    super(ByteBuffer.wrap(batch.bytes(), 0, batch.length()).slice());
    this.batch = batch;
    this.taken = taken;
  }

  @Override
  public boolean hasMore() {
    inBody = false;
    return false;
  }

  @Override
  public ByteBuffer buf() {
    if (!Thread.currentThread().equals(sender)) {
      inBody = true;
      batch.setTaken();
      taken.run();
    }
    return super.buf();
  }

  @Override
  public int size() {
    return inBody ? super.size() : batch.firstFrameLength();
  }
}
