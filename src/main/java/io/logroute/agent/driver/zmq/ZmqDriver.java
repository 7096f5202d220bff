// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.driver.zmq;

import io.logroute.agent.driver.DriverContext;
import io.logroute.agent.driver.LogDriver;
import io.logroute.agent.driver.LogLine;
import io.logroute.agent.driver.Target;
import io.logroute.options.EndpointFormat;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.zeromq.SocketType;

/**
 * The driver {@code zmq}: each line in the endpoint's format, as three frames, tenant, service and
 * {@code <tag>: <line>}, or as Rainbond's one, over PUB or PUSH, connecting.
 *
 * <p>Lines are encoded into batches. A batch is <em>open</em> while it is filled, <em>queued</em>
 * once handed to JeroMQ, <em>taken</em> when the I/O thread begins to write it, and
 * <em>settled</em> when {@value #IN_FLIGHT_BYTES} later bytes were taken, or a second has passed
 * with nothing waiting. Nobody acknowledges here, so this is the best that can be known: until a
 * batch is settled its lines are pending. At most {@value #MAX_QUEUED} batches are queued, and in
 * flight is never more than that and what is not settled.
 *
 * <p>When the connection breaks, what was taken and not settled counts as possibly lost; what was
 * open or queued goes out over the next connection. A PUB socket sends nothing before a
 * subscription is there: it is an XPUB, which on the wire is the same.
 */
public final class ZmqDriver implements LogDriver {

  public static final String NAME = "zmq";

  /** The bytes behind which a batch counts as delivered, being more than buffers usually hold. */
  static final int IN_FLIGHT_BYTES = 1 << 20;

  static final int MAX_QUEUED = 2;

  private static final int BATCH_BYTES = 256 * 1024;
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(40);
  private static final long SUBSCRIPTIONS_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int LINGER_MS = 100;

  private final DriverContext context;
  private final SocketType socketType;
  private final boolean isRainbond;
  private final Dialer dialer;
  private final Subscriptions subscriptions = new Subscriptions();
  private final Deque<Batch> queued = new ArrayDeque<>();
  private final Deque<Batch> unsettled = new ArrayDeque<>();
  private final Deque<Batch> spare = new ArrayDeque<>();

  private @Nullable Connection connection;
  private @Nullable Batch open;
  private long unsettledBytes;
  private long pendingLines;
  private long mayFillNanos;
  private boolean ready;

  public ZmqDriver(DriverContext context) {
    this.context = context;
    this.socketType = context.socket().equals("PUSH") ? SocketType.PUSH : SocketType.XPUB;
    this.isRainbond = context.format().equals(EndpointFormat.RAINBOND_FRAME.text());
    this.dialer = new Dialer(context, socketType);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public long pendingLines() {
    return pendingLines;
  }

  @Override
  public Outcome log(LogLine line) {
    Batch.Prefix prefix = prefix(line.target());
    if (!ready) {
      return Outcome.BUSY;
    }
    if (socketType == SocketType.XPUB && !subscriptions.cover(prefix.topic())) {
      return Outcome.UNSUBSCRIBED;
    }
    Batch batch = roomFor(prefix, line.length());
    if (batch == null) {
      return Outcome.BUSY;
    }
    batch.add(prefix, line.bytes(), line.offset(), line.length());
    pendingLines++;
    return Outcome.TAKEN;
  }

  private Batch.Prefix prefix(Target target) {
    if (target.attachment() instanceof Batch.Prefix known) {
      return known;
    }
    byte[] service = target.serviceId().getBytes(StandardCharsets.UTF_8);
    Batch.Prefix prefix =
        isRainbond
            ? Batch.Prefix.ofRainbond(service, target.tagBytes())
            : Batch.Prefix.of(
                target.tenantId().getBytes(StandardCharsets.UTF_8), service, target.tagBytes());
    target.attach(prefix);
    return prefix;
  }

  private @Nullable Batch roomFor(Batch.Prefix prefix, int lineLength) {
    int wanted = Batch.roomFor(prefix, lineLength);
    Batch batch = open;
    if (batch != null && !batch.hasRoomFor(wanted)) {
      if (!submit(System.nanoTime())) {
        return null;
      }
      batch = null;
    }
    if (batch == null) {
      batch = fresh(prefix, wanted);
      open = batch;
    }
    return batch;
  }

  private Batch fresh(Batch.Prefix prefix, int wantedBytes) {
    Batch batch = spare.poll();
    if (batch == null) {
      return new Batch(Math.max(BATCH_BYTES, wantedBytes), prefix);
    }
    batch.reset(prefix);
    batch.growTo(wantedBytes);
    return batch;
  }

  private boolean submit(long nowNanos) {
    Batch batch = open;
    Connection current = connection;
    if (batch == null || current == null || !ready) {
      return false;
    }
    collectTaken();
    settle(nowNanos);
    if (queued.size() >= MAX_QUEUED || nowNanos < mayFillNanos) {
      return false;
    }
    if (context.bytesPerSecond() > 0) {
      mayFillNanos = nowNanos + batch.length() * 1_000_000_000L / context.bytesPerSecond();
    }
    current.send(batch, context.wakeUp());
    queued.add(batch);
    open = null;
    return true;
  }

  @Override
  public boolean work(long nowNanos, boolean idle) {
    boolean worked = connection == null ? connect(nowNanos) : watch(nowNanos);
    worked |= collectTaken();
    worked |= settle(nowNanos);
    if (idle) {
      worked |= submit(nowNanos);
    }
    return worked;
  }

  private boolean connect(long nowNanos) {
    connection = dialer.dial(nowNanos);
    return connection != null;
  }

  private boolean watch(long nowNanos) {
    Connection current = connection;
    if (current == null) {
      return false;
    }
    if (current.isDown(nowNanos)) {
      disconnect(nowNanos, current);
      return true;
    }
    boolean changed = current.readSubscriptions(subscriptions);
    boolean wasReady = ready;
    ready = current.isUp() && (socketType == SocketType.PUSH || !subscriptions.isEmpty());
    if (ready && !wasReady) {
      context.status().connected();
      resend(current);
    } else if (wasReady && !ready) {
      context.status().disconnected(dialer.address() + " took back its subscriptions");
    } else if (!ready && current.isUp()) {
      context.status().disconnected("nobody at " + dialer.address() + " has subscribed");
    } else if (!current.isUp() && dialer.isOverdue(nowNanos)) {
      current.close(0);
      connection = null;
      dialer.failed(nowNanos, dialer.address() + " does not answer");
    }
    return changed || ready != wasReady;
  }

  private void resend(Connection current) {
    for (Batch batch : queued) {
      current.send(batch, context.wakeUp());
    }
  }

  private void disconnect(long nowNanos, Connection current) {
    boolean wasInUse = ready && !unsettled.isEmpty();
    current.close(0);
    connection = null;
    ready = false;
    subscriptions.clear();
    collectTaken();
    long lost = 0;
    for (Batch batch : unsettled) {
      lost += batch.lines();
    }
    if (lost > 0) {
      context.possiblyLost().accept(lost);
    }
    while (!unsettled.isEmpty()) {
      settleOldest();
    }
    dialer.failed(nowNanos, dialer.address() + current.ending(wasInUse));
  }

  private boolean collectTaken() {
    boolean any = false;
    for (Batch batch = queued.peek(); batch != null && batch.isTaken(); batch = queued.peek()) {
      unsettled.add(queued.remove());
      unsettledBytes += batch.length();
      dialer.succeeded();
      any = true;
    }
    return any;
  }

  private boolean settle(long nowNanos) {
    boolean any = false;
    while (!unsettled.isEmpty() && isSettled(unsettled.element(), nowNanos)) {
      settleOldest();
      any = true;
    }
    return any;
  }

  private boolean isSettled(Batch oldest, long nowNanos) {
    if (unsettledBytes - oldest.length() >= IN_FLIGHT_BYTES) {
      return true;
    }
    Batch newest = unsettled.getLast();
    return queued.isEmpty() && nowNanos - newest.takenNanos() > SETTLE_NANOS;
  }

  private void settleOldest() {
    Batch batch = unsettled.remove();
    unsettledBytes -= batch.length();
    pendingLines -= batch.lines();
    boolean writtenOut = !unsettled.isEmpty();
    if (writtenOut && batch.capacityBytes() == BATCH_BYTES && spare.size() <= MAX_QUEUED) {
      spare.add(batch);
    }
  }

  /** Subscriptions wake nobody; a connection that comes up or breaks does. */
  @Override
  public long maxWaitNanos() {
    boolean rests = ready && open == null && queued.isEmpty() && unsettled.isEmpty();
    if (!rests) {
      return LOOK_NANOS;
    }
    return socketType == SocketType.PUSH ? Long.MAX_VALUE : SUBSCRIPTIONS_NANOS;
  }

  @Override
  public void close(long graceMs) {
    long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(graceMs);
    drain(deadlineNanos);
    Connection current = connection;
    connection = null;
    ready = false;
    if (current != null) {
      current.close(LINGER_MS);
    }
  }

  private void drain(long deadlineNanos) {
    for (long now = System.nanoTime(); now < deadlineNanos; now = System.nanoTime()) {
      if (pendingLines == 0 || connection == null || connection.isDown(now)) {
        return;
      }
      if (!work(now, true)) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
      }
    }
  }
}
