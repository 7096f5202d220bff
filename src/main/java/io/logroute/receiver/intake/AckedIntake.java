// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.intake;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.logroute.receiver.health.Heartbeat;
import io.logroute.receiver.sink.AckedSink;
import io.logroute.wire.Message;
import io.logroute.wire.MessageEncoder;
import io.logroute.wire.WireLimits;
import io.logroute.zmq.ArrivingFrames;
import io.logroute.zmq.UnreadFrames;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;
import org.zeromq.ZMQException;
import org.zeromq.ZMonitor;
import zmq.Msg;
import zmq.ZError;
import zmq.io.Metadata;

/**
 * The ROUTER that agents which wait for acknowledgements connect to, and the thread that alone
 * touches it: it reads always, whatever the store is doing, since the windows bound what can come,
 * and sends acknowledgements as the store reports them. Of a sender that does not mind its window
 * {@link UnreadFrames} lets in no more than may wait to be read.
 *
 * <p>Threads: {@link #bind} and {@link #start} by the one who makes it; {@link #close} by anyone.
 */
public final class AckedIntake implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(AckedIntake.class);

  private static final int HANDSHAKE_TIMEOUT_MS = 1000;
  private static final int MAX_UNREAD_MESSAGES = 64;
  private static final int IDLE_POLL_MS = 50;
  private static final int BUSY_POLL_MS = 1;

  /** After so many messages acknowledgements get their turn. */
  private static final int MESSAGES_A_TURN = 32;

  private static final int LINGER_MS = 1000;
  private static final int QUIET_MS = 100;
  private static final int FAILED_HANDSHAKES =
      ZMQ.HANDSHAKE_FAILED_PROTOCOL | ZMQ.HANDSHAKE_FAILED_NO_DETAIL | ZMQ.HANDSHAKE_FAILED_AUTH;
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final Duration STORE_GRACE = Duration.ofSeconds(10);

  private final ZMQ.Context context;
  private final ZMQ.Socket socket;
  private final UnreadFrames unread;
  private final String boundAddress;
  private final AckedSessions sessions;
  private final IntakeMetrics metrics;
  private final @Nullable Curve curve;
  private final @Nullable Doorkeeper doorkeeper;
  private final MessageEncoder encoder = new MessageEncoder();
  private final Heartbeat heartbeat = new Heartbeat();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "receiver-acked");

  private volatile boolean stopping;
  private long nextLookNanos = System.nanoTime();

  private AckedIntake(
      ZMQ.Context context,
      ZMQ.Socket socket,
      UnreadFrames unread,
      AckedLimits limits,
      AckedSink sink,
      IntakeMetrics metrics,
      AckedMetrics ackedMetrics,
      Clock clock,
      @Nullable Curve curve,
      @Nullable Doorkeeper doorkeeper) {
    this.curve = curve;
    this.doorkeeper = doorkeeper;
    this.context = context;
    this.socket = socket;
    this.unread = unread;
    this.boundAddress = socket.getLastEndpoint();
    this.metrics = metrics;
    Senders senders = curve == null ? Senders.ANYONE : curve.senders();
    this.sessions =
        new AckedSessions(limits, sink, this::send, senders, metrics, ackedMetrics, clock);
  }

  /**
   * Binds the socket; nothing is read before {@link #start}.
   *
   * @param heapBytes the memory of this process, of which a part may wait for the disk
   * @param curve takes CURVE and nothing else; null: no CURVE
   * @throws BindFailedException when the address cannot be bound
   */
  public static AckedIntake bind(
      BindAddress address,
      long heapBytes,
      AckedSink sink,
      IntakeMetrics metrics,
      AckedMetrics ackedMetrics,
      Clock clock,
      @Nullable Curve curve)
      throws BindFailedException {
    return bind(
        address, AckedLimits.ofMemory(heapBytes), sink, metrics, ackedMetrics, clock, curve);
  }

  static AckedIntake bind(
      BindAddress address,
      AckedLimits limits,
      AckedSink sink,
      IntakeMetrics metrics,
      AckedMetrics ackedMetrics,
      Clock clock,
      @Nullable Curve curve)
      throws BindFailedException {
    Intake.probe(SocketKind.ACKED, address);
    ZMQ.Context context = ZMQ.context(1);
    Doorkeeper doorkeeper =
        curve == null ? null : new Doorkeeper(context, curve.senders(), ackedMetrics);
    ZMQ.Socket socket = context.socket(SocketType.ROUTER);
    UnreadFrames unread =
        new UnreadFrames(
            new ArrivingFrames(WireLimits.MAX_MESSAGE_BYTES, limits.arrivingBytes()),
            limits.unreadBytes());
    try {
      socket.setLinger(LINGER_MS);
      socket.setIPv6(address.isIpv6());
      socket.setHandshakeIvl(HANDSHAKE_TIMEOUT_MS);
      socket.setRouterMandatory(true);
      socket.setSndHWM(0);
      socket.setRcvHWM(MAX_UNREAD_MESSAGES);
      socket.setMaxMsgSize(WireLimits.MAX_MESSAGE_BYTES);
      socket.setMsgAllocator(unread);
      socket.setTCPKeepAlive(1);
      ConnectionLimit connections =
          new ConnectionLimit(SocketKind.ACKED, limits.connections(), metrics);
      if (curve != null) {
        curve.secure(socket);
      }
      watch(socket, curve != null, connections, ackedMetrics);
      socket.bind(address.toString());
      AckedIntake intake =
          new AckedIntake(
              context,
              socket,
              unread,
              limits,
              sink,
              metrics,
              ackedMetrics,
              clock,
              curve,
              doorkeeper);
      metrics.bound(SocketKind.ACKED, intake.boundAddress);
      return intake;
    } catch (ZMQException e) {
      unread.close();
      socket.close();
      if (doorkeeper != null) {
        doorkeeper.close();
      }
      context.term();
      throw Intake.cannotBind(SocketKind.ACKED, address, "it was taken a moment ago");
    }
  }

  /** Is told of connections and failed handshakes by the I/O thread. */
  private static void watch(
      ZMQ.Socket socket, boolean isCurve, ConnectionLimit connections, AckedMetrics metrics) {
    AtomicBoolean said = new AtomicBoolean();
    socket.setEventHook(
        event -> {
          if (event.getEvent() == ZMonitor.Event.ACCEPTED) {
            connections.take(event);
          } else {
            metrics.failedHandshake();
            sayOnce(said);
          }
        },
        isCurve ? ConnectionLimit.EVENTS | FAILED_HANDSHAKES : ConnectionLimit.EVENTS);
  }

  private static void sayOnce(AtomicBoolean said) {
    if (said.compareAndSet(false, true)) {
      LOG.warn(
          "a connection was refused in the CURVE handshake: the agent has another public key"
              + " of this receiver than belongs to --curve-key, or uses no CURVE; further"
              + " ones are only counted");
    }
  }

  /** Where it listens, with the port that was chosen when any was asked for. */
  public String boundAddress() {
    return boundAddress;
  }

  /** Beats while the thread reads. */
  public Heartbeat heartbeat() {
    return heartbeat;
  }

  public void start() {
    heartbeat.beat();
    thread.start();
  }

  private void run() {
    try {
      while (!stopping) {
        step();
      }
      finish();
    } finally {
      heartbeat.end();
      closeSocket();
      ended.countDown();
    }
  }

  private void step() {
    heartbeat.beat();
    try {
      socket.setReceiveTimeOut(sessions.outBatches() > 0 ? BUSY_POLL_MS : IDLE_POLL_MS);
      read();
      sessions.acknowledge();
      look();
    } catch (RuntimeException e) {
      metrics.fault(SocketKind.ACKED);
      LOG.error("the acked socket failed, reading goes on: {}", e.toString());
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(IDLE_POLL_MS));
    }
  }

  private void read() {
    byte[] peer = socket.recv(0);
    boolean isEmpty = peer == null;
    for (int left = MESSAGES_A_TURN; peer != null; left--) {
      readMessage(new String(peer, ISO_8859_1));
      peer = left > 0 ? socket.recv(ZMQ.DONTWAIT) : null;
      isEmpty = peer == null && left > 0;
    }
    if (isEmpty) {
      unread.allRead();
    }
  }

  private void readMessage(String peer) {
    Msg message = socket.hasReceiveMore() ? readFrame() : null;
    boolean isOne = message != null;
    while (socket.hasReceiveMore()) {
      isOne = false;
      readFrame();
    }
    if (message instanceof ArrivingFrames.Refused) {
      metrics.refused(Refusal.NO_ROOM);
      sessions.refuseForRoom(peer);
    } else {
      String sender = message == null ? null : sender(message);
      byte[] frame = message == null || !isOne ? null : message.data();
      sessions.take(peer, frame, sender, System.nanoTime());
    }
  }

  private @Nullable Msg readFrame() {
    Msg frame = socket.base().recv(0);
    unread.read(frame == null ? 0 : frame.size());
    return frame;
  }

  /** The key that the doorkeeper let in. */
  private @Nullable String sender(Msg message) {
    Metadata metadata = curve == null ? null : message.getMetadata();
    return metadata == null ? null : metadata.get(Metadata.USER_ID);
  }

  private void look() {
    long nowNanos = System.nanoTime();
    if (nowNanos - nextLookNanos >= 0) {
      sessions.endSilent(nowNanos);
      if (curve != null && curve.lookAgain(socket)) {
        sessions.endDisallowed();
      }
      nextLookNanos = nowNanos + LOOK_NANOS;
    }
  }

  private boolean send(String peer, Message message) {
    byte[] id = peer.getBytes(ISO_8859_1);
    try {
      return socket.send(id, ZMQ.SNDMORE | ZMQ.DONTWAIT)
          && socket.send(encoder.encode(message), ZMQ.DONTWAIT);
    } catch (ZMQException e) {
      if (e.getErrorCode() == ZError.EHOSTUNREACH) {
        return false;
      }
      throw e;
    }
  }

  /** What is with the store already is acknowledged, as far as that takes no longer than it may. */
  private void finish() {
    long deadlineNanos = System.nanoTime() + STORE_GRACE.toNanos();
    while (sessions.outBatches() > 0 && System.nanoTime() - deadlineNanos < 0) {
      heartbeat.beat();
      if (!sessions.acknowledge()) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(BUSY_POLL_MS));
      }
    }
    sessions.endAll();
    readTheRest();
  }

  /**
   * Takes nothing any more, but reads until agents have heard that: a connection that is closed
   * with bytes unread is reset, and the last acknowledgements are lost on their way (RFC 1122,
   * 4.2.2.13).
   */
  private void readTheRest() {
    socket.setReceiveTimeOut(QUIET_MS);
    long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LINGER_MS);
    while (socket.recv(0) != null && System.nanoTime() - deadlineNanos < 0) {
      heartbeat.beat();
      while (socket.hasReceiveMore()) {
        readFrame();
      }
    }
  }

  private void closeSocket() {
    unread.close();
    socket.close();
    if (doorkeeper != null) {
      doorkeeper.close();
    }
    context.term();
  }

  /** Stops reading, acknowledges what it can, and says goodbye. Returns when that is done. */
  @Override
  public void close() {
    stopping = true;
    if (thread.getState() == Thread.State.NEW) {
      closeSocket();
      return;
    }
    boolean interrupted = false;
    while (ended.getCount() > 0) {
      try {
        ended.await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
