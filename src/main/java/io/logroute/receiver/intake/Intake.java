// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.intake;

import io.logroute.receiver.health.Heartbeat;
import io.logroute.receiver.sink.LineBatch;
import io.logroute.receiver.sink.LineSink;
import io.logroute.receiver.sink.ReceivedLine;
import io.logroute.zmq.ArrivingFrames;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;
import org.zeromq.ZMQException;
import zmq.Msg;

/**
 * One bound socket and the thread that reads it: takes messages, checks them, and hands the lines
 * to the sink in batches. While the sink takes nothing the socket is not read, and its peers wait
 * or drop by their own rules.
 *
 * <p>Threads: {@link #bind} and {@link #start} by the one who makes it; {@link #close} by anyone.
 */
public final class Intake implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Intake.class);

  /**
   * A connection that is not through its handshake by then is dropped, and made anew by the peer.
   */
  private static final int HANDSHAKE_TIMEOUT_MS = 1000;

  private static final int POLL_MS = 100;
  private static final long LINGER_NANOS = 1_000_000;
  private static final int TCP_BUFFER_BYTES = 256 * 1024;
  private static final Duration OFFER_TIMEOUT = Duration.ofMillis(100);
  private static final Duration DRAIN_GRACE = Duration.ofMillis(500);
  private static final Duration STOP_GRACE = Duration.ofSeconds(5);

  private final SocketKind kind;
  private final ZContext context;
  private final ZMQ.Socket socket;
  private final String boundAddress;
  private final LineSink sink;
  private final IntakeMetrics metrics;
  private final Heartbeat heartbeat = new Heartbeat();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread thread;

  private final ThreeFrames check = new ThreeFrames();
  private final byte[][] frames = new byte[3][];
  private final BatchAssembly assembly;

  private volatile boolean stopping;
  private volatile long stopDeadlineNanos;

  private Intake(
      SocketKind kind,
      ZContext context,
      ZMQ.Socket socket,
      LineSink sink,
      IntakeMetrics metrics,
      Clock clock) {
    this.kind = kind;
    this.context = context;
    this.socket = socket;
    this.boundAddress = socket.getLastEndpoint();
    this.sink = sink;
    this.metrics = metrics;
    this.assembly = new BatchAssembly(clock);
    this.thread = new Thread(this::run, "receiver-" + kind.label());
  }

  /**
   * Binds a socket; nothing is read before {@link #start}.
   *
   * @throws BindFailedException when the address cannot be bound
   */
  public static Intake bind(
      SocketKind kind,
      BindAddress address,
      IntakeLimits limits,
      LineSink sink,
      IntakeMetrics metrics,
      Clock clock)
      throws BindFailedException {
    probe(kind, address);
    ZContext context = new ZContext(1);
    try {
      ZMQ.Socket socket = socket(kind, context, address, limits);
      ConnectionLimit connections = new ConnectionLimit(kind, limits.connections(), metrics);
      socket.setEventHook(connections::take, ConnectionLimit.EVENTS);
      socket.bind(address.toString());
      Intake intake = new Intake(kind, context, socket, sink, metrics, clock);
      metrics.bound(kind, intake.boundAddress);
      return intake;
    } catch (ZMQException e) {
      context.close();
      throw cannotBind(kind, address, "it was taken a moment ago");
    }
  }

  /** JeroMQ says "address in use" whatever the cause, so the cause is asked for first. */
  static void probe(SocketKind kind, BindAddress address) throws BindFailedException {
    InetSocketAddress where;
    try {
      where = address.resolve();
    } catch (UnknownHostException e) {
      throw cannotBind(kind, address, "no such host");
    }
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(where);
    } catch (IOException e) {
      throw cannotBind(kind, address, String.valueOf(e.getMessage()));
    }
  }

  static BindFailedException cannotBind(SocketKind kind, BindAddress address, String cause) {
    return new BindFailedException(
        "cannot bind %s for --bind-%s: %s".formatted(address, kind.label(), cause));
  }

  private static ZMQ.Socket socket(
      SocketKind kind, ZContext context, BindAddress address, IntakeLimits limits) {
    ZMQ.Socket socket = context.createSocket(kind.type());
    socket.setLinger(0);
    socket.setIPv6(address.isIpv6());
    socket.setHandshakeIvl(HANDSHAKE_TIMEOUT_MS);
    socket.setRcvHWM(limits.highWaterMessages());
    socket.setMaxMsgSize(limits.maxFrameBytes());
    socket.setMsgAllocator(new ArrivingFrames(limits.maxFrameBytes(), limits.arrivingBytes()));
    socket.setReceiveBufferSize(TCP_BUFFER_BYTES);
    socket.setTCPKeepAlive(1);
    socket.setReceiveTimeOut(POLL_MS);
    if (kind == SocketKind.SUB) {
      socket.subscribe(ZMQ.SUBSCRIPTION_ALL);
    }
    return socket;
  }

  public SocketKind kind() {
    return kind;
  }

  /** Where it listens, with the port that was chosen when any was asked for. */
  public String boundAddress() {
    return boundAddress;
  }

  /** Beats while the thread reads, or waits for the sink on purpose. */
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
      drain();
    } finally {
      heartbeat.end();
      context.close();
      ended.countDown();
    }
  }

  private void step() {
    heartbeat.beat();
    try {
      collect(0);
      handOver();
    } catch (RuntimeException e) {
      metrics.fault(kind);
      LOG.error("the {} socket failed, reading goes on: {}", kind.label(), e.toString());
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(POLL_MS));
    }
  }

  /** What has arrived is taken with us, as far as a short while suffices. */
  private void drain() {
    long deadlineNanos = System.nanoTime() + DRAIN_GRACE.toNanos();
    do {
      if (!collect(ZMQ.DONTWAIT)) {
        break;
      }
      handOver();
    } while (System.nanoTime() < deadlineNanos);
    handOver();
  }

  /**
   * Fills the batch with what is there, and with what comes within a moment: a thread that is woken
   * for each single line costs ten times as much.
   *
   * @param flags of the first receive: 0 waits up to the poll time, DONTWAIT does not
   * @return whether there was a message, accepted or not
   */
  private boolean collect(int flags) {
    Msg next = socket.base().recv(flags);
    boolean any = next != null;
    long lingerUntilNanos = System.nanoTime() + LINGER_NANOS;
    while (next != null) {
      take(next);
      if (assembly.isFull()) {
        break;
      }
      next = socket.base().recv(ZMQ.DONTWAIT);
      if (next == null && System.nanoTime() - lingerUntilNanos < 0) {
        LockSupport.parkNanos(LINGER_NANOS);
        next = socket.base().recv(ZMQ.DONTWAIT);
      }
    }
    return any;
  }

  private void take(Msg first) {
    int count = 0;
    boolean isKept = true;
    for (Msg next = first;
        next != null;
        next = socket.hasReceiveMore() ? socket.base().recv(0) : null) {
      isKept &= !(next instanceof ArrivingFrames.Refused);
      if (count < frames.length && isKept) {
        frames[count] = next.data();
      }
      count++;
    }
    @Nullable Refusal refusal = isKept ? check.check(frames, count) : Refusal.NO_ROOM;
    if (refusal == null) {
      assembly.add(new ReceivedLine(check.stream(), frames[2], check.lineOffset()));
    } else {
      metrics.refused(refusal);
    }
  }

  private void handOver() {
    if (assembly.isEmpty()) {
      return;
    }
    metrics.received(kind, assembly.lines(), assembly.bytes());
    LineBatch batch = assembly.take();
    while (!sink.offer(batch, OFFER_TIMEOUT)) {
      heartbeat.beat();
      if (stopping && System.nanoTime() - stopDeadlineNanos > 0) {
        LOG.error(
            "{} lines from the {} socket are lost: nothing was stored for {} s before the stop",
            batch.lines().size(),
            kind.label(),
            STOP_GRACE.toSeconds());
        return;
      }
    }
  }

  /**
   * Stops reading: what has arrived within half a second is handed over, then the socket is closed.
   * A sink that takes nothing is given five seconds. Returns when that is done.
   */
  @Override
  public void close() {
    stopDeadlineNanos = System.nanoTime() + STOP_GRACE.toNanos();
    stopping = true;
    if (thread.getState() == Thread.State.NEW) {
      context.close();
      return;
    }
    awaitEnd();
  }

  private void awaitEnd() {
    boolean interrupted = false;
    while (true) {
      try {
        ended.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
