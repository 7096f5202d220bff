// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.driver.zmq;

import io.logroute.agent.driver.CurveKeyFiles;
import io.logroute.wire.WireLimits;
import io.logroute.zmq.BoundedAllocator;
import io.logroute.zmq.UnreadFrames;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;
import org.zeromq.ZMonitor;
import zmq.Msg;
import zmq.msg.MsgAllocator;

/**
 * One connection of one socket: it comes up once, and when it breaks it is over. JeroMQ would
 * connect again by itself, but then old subscriptions linger and nobody can say which messages went
 * out; so each attempt gets a context and a socket of its own, and {@link #close} returns when its
 * I/O thread is done with every message.
 *
 * <p>JeroMQ 0.6.0 may forget to watch a connection that it has just made (jeromq#1022), and its
 * timer ends with the greeting: where the peer's greeting is there at once, nothing ever happens
 * again, not even when the peer leaves. So the connection is up when the handshake's last frame
 * comes, and is over when that is not soon after the greeting.
 *
 * <p>Whoever listens at the address may mean harm: frames have a greatest length, what waits to be
 * read has a bound, and so has the number of subscriptions. From a PUSH socket nobody reads, so
 * nothing is counted there: each answer to a heartbeat would count for good.
 *
 * <p>Owned by the pipeline's thread; events come from the I/O thread.
 */
final class Connection {

  /** What a peer sends in the handshake after its greeting: READY; with CURVE WELCOME before it. */
  private static final int HANDSHAKE_FRAMES = 1;

  private static final int SEALED_HANDSHAKE_FRAMES = 2;
  private static final int RECONNECT_MS = 100;
  private static final int MAX_RECONNECT_MS = 1_000;
  private static final int HEARTBEAT_MS = 5_000;
  private static final int SILENCE_MS = 30_000;
  private static final int MAX_QUEUED_MESSAGES = 8;

  /**
   * A subscription is a prefix of an id; JeroMQ takes a step of the stack for each of its bytes.
   */
  private static final int MAX_SUBSCRIPTION_BYTES = 4096;

  /** Handshakes are far shorter; CURVE adds 33 bytes to a message. */
  private static final int MAX_ANSWER_BYTES = WireLimits.MAX_CONTROL_BYTES + 64;

  private static final int MAX_UNREAD_BYTES = 1 << 20;
  private static final int MAX_SUBSCRIPTIONS = 4096;

  /** Then the pipeline's thread has a look at what else there is to do. */
  static final int FRAMES_A_TURN = 1000;

  /**
   * JeroMQ 0.6.0 takes the first byte for the mark of a subscription frame
   * (zmq.socket.pubsub.Mtrie).
   */
  private static final byte[] EVERYTHING = {1};

  /** A peer of another type ends the connection in the middle of the handshake. */
  private static final long AT_ONCE_NANOS = TimeUnit.SECONDS.toNanos(1);

  static final int SEND_BUFFER_BYTES = 256 * 1024;

  private final ZMQ.Context context;
  private final ZMQ.Socket socket;
  private final String name;
  private final boolean hasSubscribers;
  private final boolean isSealed;
  private final UnreadFrames unread;
  private final Runnable wakeUp;
  private final long handshakeNanos;
  private final int handshakeFrames;
  private int arrivedFrames;
  private volatile long greetedNanos;
  private volatile boolean greeted;
  private volatile boolean up;
  private volatile boolean down;
  private boolean flooded;

  /**
   * @param keys for CURVE; null: without
   * @param handshakeMs the longest time to the peer's greeting, and from there to the handshake's
   *     end
   */
  Connection(
      SocketType type,
      String address,
      Runnable wakeUp,
      CurveKeyFiles.@Nullable Keys keys,
      int handshakeMs) {
    this.wakeUp = wakeUp;
    this.handshakeNanos = TimeUnit.MILLISECONDS.toNanos(handshakeMs);
    this.handshakeFrames = keys == null ? HANDSHAKE_FRAMES : SEALED_HANDSHAKE_FRAMES;
    this.context = ZMQ.context(1);
    this.socket = context.socket(type);
    int maxFrameBytes = type == SocketType.DEALER ? MAX_ANSWER_BYTES : MAX_SUBSCRIPTION_BYTES;
    BoundedAllocator bounded = new BoundedAllocator(maxFrameBytes);
    this.unread = new UnreadFrames(bounded, MAX_UNREAD_BYTES);
    socket.setMaxMsgSize(maxFrameBytes);
    MsgAllocator allocator = type == SocketType.PUSH ? bounded : unread;
    socket.setMsgAllocator(frameBytes -> arriving(allocator, frameBytes));
    this.isSealed = keys != null;
    if (keys != null) {
      seal(keys);
    }
    socket.setSndHWM(type == SocketType.DEALER ? 0 : MAX_QUEUED_MESSAGES);
    this.name = type == SocketType.XPUB ? "PUB" : type.name();
    this.hasSubscribers = type == SocketType.XPUB;
    socket.setLinger(0);
    socket.setHandshakeIvl(handshakeMs);
    socket.setReconnectIVL(RECONNECT_MS);
    socket.setReconnectIVLMax(MAX_RECONNECT_MS);
    if (type != SocketType.DEALER) {
      socket.setHeartbeatIvl(HEARTBEAT_MS);
      socket.setHeartbeatTimeout(SILENCE_MS);
    }
    socket.setSendBufferSize(SEND_BUFFER_BYTES);
    socket.setIPv6(address.contains("["));
    if (hasSubscribers) {
      socket.setXpubNoDrop(true);
      socket.setXpubManual(true);
    }
    socket.setEventHook(
        event -> onEvent(event.getEvent()), ZMQ.EVENT_HANDSHAKE_PROTOCOL | ZMQ.EVENT_DISCONNECTED);
    socket.connect(address);
  }

  /** A full queue would hand over what is still sealed, and acknowledgements are few and small. */
  private void seal(CurveKeyFiles.Keys keys) {
    socket.setRcvHWM(0);
    socket.setCurveServerKey(ZMQ.Curve.z85Decode(keys.server()));
    socket.setCurvePublicKey(ZMQ.Curve.z85Decode(keys.own()));
    socket.setCurveSecretKey(ZMQ.Curve.z85Decode(keys.secret()));
  }

  private void onEvent(ZMonitor.Event event) {
    if (event == ZMonitor.Event.HANDSHAKE_PROTOCOL) {
      greetedNanos = System.nanoTime();
      greeted = true;
    } else {
      down = true;
      wakeUp.run();
    }
  }

  private Msg arriving(MsgAllocator allocator, int frameBytes) {
    if (arrivedFrames < handshakeFrames) {
      arrivedFrames++;
      if (arrivedFrames == handshakeFrames) {
        up = true;
        wakeUp.run();
      }
    }
    return allocator.allocate(frameBytes);
  }

  /** Whether the peer has ended its part of the handshake; it may be {@link #isDown} by now. */
  boolean isUp() {
    return up;
  }

  /** Whether the connection broke, or never came to be. */
  boolean isDown(long nowNanos) {
    return down || isStuck(nowNanos);
  }

  /** Whether it broke before it was up, or was given up then. */
  boolean endedInHandshake(long nowNanos) {
    return !up && isDown(nowNanos);
  }

  private boolean isStuck(long nowNanos) {
    return greeted && !up && nowNanos - greetedNanos > handshakeNanos;
  }

  /** What the connection's end looks like from here: a clause that goes after the address. */
  String ending(boolean wasInUse) {
    if (flooded) {
      return " was left: it sent more than %d subscriptions".formatted(MAX_SUBSCRIPTIONS);
    }
    if (!greeted) {
      return " does not answer";
    }
    if (!down) {
      return " greets and does not go on with the handshake";
    }
    if (wasInUse || System.nanoTime() - greetedNanos > AT_ONCE_NANOS) {
      return " closed the connection";
    }
    return " closed the connection at once: "
        + (isSealed
            ? "it has another CURVE key than this agent was given, or does not take this agent's"
            : "the socket there is not one for " + name);
  }

  /**
   * Reads what the peer subscribed to or took back since the last call; a PUSH socket's peer does
   * neither. The socket itself is told to let everything through once there is a first
   * subscription, since a message that it would drop for want of one would vanish unseen.
   */
  boolean readSubscriptions(Subscriptions subscriptions) {
    if (!hasSubscribers) {
      return false;
    }
    boolean changed = false;
    int left = FRAMES_A_TURN;
    for (byte[] frame = receive(); frame != null; frame = left > 0 ? receive() : null) {
      left--;
      if (subscriptions.change(frame)) {
        changed = true;
        socket.subscribe(EVERYTHING);
      }
    }
    if (subscriptions.count() > MAX_SUBSCRIPTIONS) {
      flooded = true;
      down = true;
    }
    return changed || left == 0;
  }

  /** What the peer sent, a frame; null when there is nothing now. */
  byte @Nullable [] receive() {
    byte[] frame = socket.recv(ZMQ.DONTWAIT);
    if (frame == null) {
      unread.allRead();
    } else {
      unread.read(frame.length);
    }
    return frame;
  }

  /**
   * Hands a batch to the I/O thread. A connection that takes nothing has broken, which its monitor
   * may say only later, and {@link #isDown} is true from then on.
   *
   * @param taken is run by the I/O thread when it begins to write the batch
   */
  void send(Batch batch, Runnable taken) {
    for (byte[] frame : batch.first().leading()) {
      if (!part(new Msg(frame), ZMQ.SNDMORE)) {
        down = true;
        return;
      }
    }
    if (!part(new PreencodedMessage(batch, taken), 0)) {
      down = true;
    }
  }

  /** The same for a message of one frame; its bytes belong to JeroMQ from then on. */
  void send(byte[] bytes, int length) {
    if (!part(new Msg(ByteBuffer.wrap(bytes, 0, length).slice()), 0)) {
      down = true;
    }
  }

  private boolean part(Msg part, int flags) {
    return socket.base().send(part, flags | ZMQ.DONTWAIT);
  }

  /** Ends the connection; waits up to a time for what was handed over, then drops it. */
  void close(int lingerMs) {
    unread.close();
    socket.setLinger(lingerMs);
    socket.close();
    context.term();
  }
}
