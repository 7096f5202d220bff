// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.driver.zmq;

import io.logroute.agent.driver.DriverContext;
import io.logroute.agent.driver.LogDriver;
import io.logroute.agent.driver.LogLine;
import io.logroute.wire.BatchWriter;
import io.logroute.wire.LineFlags;
import io.logroute.wire.Message;
import io.logroute.wire.MessageDecoder;
import io.logroute.wire.MessageEncoder;
import io.logroute.wire.WireLimits;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.zeromq.SocketType;

/**
 * The driver {@code zmq} towards an endpoint that acknowledges, docs/acked-protocol.md: a line is
 * pending until the receiver says that it has taken it over, whatever happens to connections and
 * receivers meanwhile.
 *
 * <p>A batch is <em>open</em> while it is filled, <em>waiting</em> while the window is full, and
 * <em>out</em> once sent; it stays in memory until it is done, and goes out again, with the same
 * bytes, in the next session. Memory is bounded by the window, of which no more than {@value
 * #MAX_WINDOW_BYTES} bytes are used, and a batch.
 *
 * <p>Used by the pipeline's thread.
 */
public final class AckedDriver implements LogDriver {

  private static final Logger log = LoggerFactory.getLogger(AckedDriver.class);

  /** As much of a receiver's window as is used: what this driver may hold in memory. */
  static final int MAX_WINDOW_BYTES = 4 << 20;

  private static final int BATCH_BYTES = WireLimits.USUAL_BATCH_BYTES;
  private static final String SOFTWARE = "logroute-agent";
  private static final long ACK_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(40);
  private static final int MAX_SPARE = MAX_WINDOW_BYTES / BATCH_BYTES;
  private static final int LINGER_MS = 200;
  private static final long PING_NANOS = TimeUnit.MILLISECONDS.toNanos(WireLimits.PING_AFTER_MS);
  private static final long SILENCE_NANOS =
      TimeUnit.MILLISECONDS.toNanos(WireLimits.SILENCE_LIMIT_MS);

  private final DriverContext context;
  private final Dialer dialer;
  private final MessageEncoder encoder = new MessageEncoder();
  private final MessageDecoder decoder = new MessageDecoder();
  private final BatchWriter writer = new BatchWriter();
  private final AckedStreams streams = new AckedStreams(this::endStream);
  private final Deque<AckedBatch> waiting = new ArrayDeque<>();
  private final Deque<AckedBatch> out = new ArrayDeque<>();
  private final Deque<AckedBatch> spare = new ArrayDeque<>();

  private @Nullable Connection connection;
  private @Nullable AckedBatch open;
  private long session;
  private boolean greeted;
  private boolean welcomed;
  private long windowBytes;
  private int maxBatchBytes = BATCH_BYTES;
  private long batchNumber;
  private long outBytes;
  private long pendingLines;
  private long sentNanos;
  private long receivedNanos;
  private long maySendNanos;
  private @Nullable AckedStream lastInBatch;
  private long lastEnd;

  public AckedDriver(DriverContext context) {
    this.context = context;
    this.dialer = new Dialer(context, SocketType.DEALER);
  }

  @Override
  public String name() {
    return ZmqDriver.NAME;
  }

  @Override
  public long pendingLines() {
    return pendingLines;
  }

  @Override
  public Outcome log(LogLine line) {
    if (!welcomed) {
      return Outcome.BUSY;
    }
    AckedStream stream = streamOf(line);
    if (stream.refused) {
      return Outcome.REFUSED;
    }
    if (!add(stream, line)) {
      if (open != null && !submit(System.nanoTime())) {
        return Outcome.BUSY;
      }
      begin(line.length());
      if (!add(stream, line)) {
        throw new IllegalStateException("a line of " + line.length() + " bytes fits in no batch");
      }
    }
    stream.end = Math.max(stream.end, line.end());
    pendingLines++;
    return Outcome.TAKEN;
  }

  private boolean add(AckedStream stream, LogLine line) {
    AckedBatch batch = open;
    boolean goesBack = lastInBatch == stream && line.start() < lastEnd;
    if (batch == null || goesBack) {
      return false;
    }
    int room = maxBatchBytes - BatchWriter.roomFor(0);
    int length = Math.min(line.length(), room);
    boolean truncated = line.isTruncated() || length < line.length();
    int flags = (truncated ? LineFlags.TRUNCATED : 0) | (line.isCarried() ? LineFlags.CARRIED : 0);
    boolean added =
        writer.add(
            stream.number,
            line.start(),
            line.end(),
            line.epochNanos(),
            flags,
            line.bytes(),
            line.offset(),
            length);
    if (added) {
      lastInBatch = stream;
      lastEnd = line.end();
      batch.reach(stream, line.end());
      batch.lines++;
    }
    return added;
  }

  private void begin(int lineLength) {
    int wanted = Math.min(maxBatchBytes, BatchWriter.roomFor(lineLength));
    int capacity = Math.max(Math.min(BATCH_BYTES, maxBatchBytes), wanted);
    AckedBatch batch = spare.poll();
    if (batch == null || batch.bytes.length < capacity) {
      batch = new AckedBatch(capacity);
    }
    batch.reset();
    writer.begin(batch.bytes, Math.min(batch.bytes.length, maxBatchBytes));
    open = batch;
    lastInBatch = null;
  }

  /** The line's stream, open in the session that runs. */
  private AckedStream streamOf(LogLine line) {
    AckedStream stream = streams.of(line);
    openStream(stream);
    return stream;
  }

  private void openStream(AckedStream stream) {
    Connection current = connection;
    if (!stream.opened && current != null && welcomed) {
      stream.opened = true;
      send(current, new Message.Stream(session, stream.number, stream.identity));
    }
  }

  private void endStream(AckedStream stream) {
    Connection current = connection;
    if (stream.opened && current != null) {
      send(current, new Message.End(session, stream.number, false));
    }
  }

  private boolean submit(long nowNanos) {
    AckedBatch batch = open;
    if (batch == null || !waiting.isEmpty()) {
      return false;
    }
    batch.lines = writer.lines();
    batch.length = writer.length();
    waiting.add(batch);
    open = null;
    sendWaiting(nowNanos);
    return true;
  }

  private boolean sendWaiting(long nowNanos) {
    boolean any = false;
    for (AckedBatch batch = waiting.peek();
        batch != null && mayGoOut(batch, nowNanos);
        batch = waiting.peek()) {
      waiting.remove();
      sendOut(batch, nowNanos);
      any = true;
    }
    return any;
  }

  private boolean mayGoOut(AckedBatch batch, long nowNanos) {
    boolean fits = out.isEmpty() || outBytes + batch.length <= windowBytes;
    return welcomed && connection != null && fits && nowNanos >= maySendNanos;
  }

  private void sendOut(AckedBatch batch, long nowNanos) {
    Connection current = connection;
    if (current == null) {
      return;
    }
    batch.streams().forEach(this::openStream);
    BatchWriter.restamp(batch.bytes, batch.length, session, ++batchNumber);
    if (context.bytesPerSecond() > 0) {
      maySendNanos = nowNanos + batch.length * 1_000_000_000L / context.bytesPerSecond();
    }
    current.send(batch.bytes, batch.length);
    sentNanos = nowNanos;
    out.add(batch);
    outBytes += batch.length;
  }

  @Override
  public boolean work(long nowNanos, boolean idle) {
    boolean worked = connection == null ? connect(nowNanos) : watch(nowNanos);
    worked |= collectDone();
    worked |= sendWaiting(nowNanos);
    if (idle && open != null && writer.lines() > 0) {
      worked |= submit(nowNanos);
    }
    return worked;
  }

  private boolean connect(long nowNanos) {
    connection = dialer.dial(nowNanos);
    greeted = false;
    receivedNanos = nowNanos;
    return connection != null;
  }

  /** A connection that broke is left when all that came before its end has been read. */
  private boolean watch(long nowNanos) {
    Connection current = connection;
    if (current == null) {
      return false;
    }
    if (current.isUp() && !greeted) {
      greet(current, nowNanos);
    }
    boolean wasDown = current.isDown(nowNanos);
    boolean any = false;
    int left = Connection.FRAMES_A_TURN;
    for (byte[] frame = current.receive();
        frame != null;
        frame = left > 0 ? current.receive() : null) {
      left--;
      receivedNanos = nowNanos;
      any = true;
      if (!take(decoder.decode(frame), nowNanos)) {
        return true;
      }
    }
    if (wasDown && !any) {
      endSession(nowNanos, dialer.address() + current.ending(welcomed));
      return true;
    }
    return any | keepAlive(current, nowNanos);
  }

  private void greet(Connection current, long nowNanos) {
    greeted = true;
    do {
      session = ThreadLocalRandom.current().nextLong();
    } while (session == 0);
    sentNanos = nowNanos;
    send(
        current,
        new Message.Hello(
            session,
            WireLimits.VERSION,
            WireLimits.VERSION,
            0,
            streams.cluster(),
            context.node(),
            SOFTWARE));
  }

  private boolean keepAlive(Connection current, long nowNanos) {
    if (!welcomed && dialer.isOverdue(nowNanos)) {
      endSession(nowNanos, dialer.address() + " does not answer as a receiver");
      return true;
    }
    if (welcomed && nowNanos - receivedNanos > SILENCE_NANOS) {
      endSession(nowNanos, dialer.address() + " has been silent for 30 s");
      return true;
    }
    boolean quiet = nowNanos - Math.min(sentNanos, receivedNanos) > PING_NANOS;
    if (welcomed && quiet && nowNanos - sentNanos > PING_NANOS / 4) {
      sentNanos = nowNanos;
      send(current, new Message.Ping(session, nowNanos));
    }
    return false;
  }

  private boolean take(Message message, long nowNanos) {
    if (message instanceof Message.Malformed(String problem)) {
      endSession(nowNanos, dialer.address() + " sent what is no message: " + problem);
      return false;
    }
    if (message.session() != session) {
      return true;
    }
    switch (message) {
      case Message.Welcome welcome -> {
        return welcome(welcome, nowNanos);
      }
      case Message.Ack ack -> {
        return acknowledge(ack, nowNanos);
      }
      case Message.Refuse refuse -> {
        return refuse(refuse, nowNanos);
      }
      case Message.Closing unused -> {
        endSession(nowNanos, dialer.address() + " is stopping");
        return false;
      }
      default -> {
        return true;
      }
    }
  }

  private boolean welcome(Message.Welcome welcome, long nowNanos) {
    if (welcome.version() != WireLimits.VERSION) {
      endSession(
          nowNanos, dialer.address() + " answers with version " + welcome.version() + ", not 1");
      return false;
    }
    int largest = 0;
    for (AckedBatch batch : waiting) {
      largest = Math.max(largest, batch.length);
    }
    if (largest > welcome.maxBatchBytes()) {
      endSession(
          nowNanos,
          dialer.address()
              + " takes batches of "
              + welcome.maxBatchBytes()
              + " bytes at most, and "
              + largest
              + " are to be sent");
      return false;
    }
    welcomed = true;
    windowBytes = Math.min(MAX_WINDOW_BYTES, welcome.windowBytes());
    maxBatchBytes = Math.min(welcome.maxBatchBytes(), WireLimits.MAX_MESSAGE_BYTES);
    streams.begin(welcome.maxStreams()).forEach(this::openStream);
    context.status().connected();
    return true;
  }

  private boolean acknowledge(Message.Ack ack, long nowNanos) {
    for (Message.Taken taken : ack.streams()) {
      AckedStream stream = streams.numbered(taken.stream());
      if (stream == null) {
        continue;
      }
      if (taken.end() > stream.end) {
        endSession(nowNanos, dialer.address() + " acknowledged what was never sent");
        return false;
      }
      stream.acknowledged = Math.max(stream.acknowledged, taken.end());
    }
    dialer.succeeded();
    return true;
  }

  private boolean refuse(Message.Refuse refuse, long nowNanos) {
    AckedStream stream = streams.numbered(refuse.stream());
    if (refuse.stream() == 0) {
      endSession(nowNanos, dialer.address() + " refused the session: " + refuse.sentence());
      return false;
    }
    if (stream != null) {
      stream.refused = true;
      log.error(
          "{}: {} refused the lines of {}/{} container {}: {}",
          context.pipeline(),
          dialer.address(),
          stream.identity.namespace(),
          stream.identity.pod(),
          stream.identity.container(),
          refuse.sentence());
    }
    return true;
  }

  private boolean collectDone() {
    boolean any = false;
    for (AckedBatch batch = out.peek(); batch != null && batch.isDone(); batch = out.peek()) {
      out.remove();
      outBytes -= batch.length;
      pendingLines -= batch.lines;
      if (batch.hasRefused()) {
        context.possiblyLost().accept(batch.lines);
      }
      batch.streams().forEach(stream -> stream.pendingBatches--);
      if (batch.bytes.length == BATCH_BYTES && spare.size() < MAX_SPARE) {
        spare.add(batch);
      }
      any = true;
    }
    return any;
  }

  private void endSession(long nowNanos, String why) {
    Connection current = connection;
    if (current != null) {
      current.close(0);
    }
    connection = null;
    welcomed = false;
    session = 0;
    batchNumber = 0;
    while (!out.isEmpty()) {
      waiting.addFirst(out.removeLast());
    }
    outBytes = 0;
    streams.end();
    dialer.failed(nowNanos, why);
  }

  private void send(Connection current, Message message) {
    byte[] bytes = encoder.encode(message);
    current.send(bytes, bytes.length);
  }

  @Override
  public long maxWaitNanos() {
    if (!out.isEmpty()) {
      return ACK_POLL_NANOS;
    }
    return welcomed && open == null && waiting.isEmpty() ? Long.MAX_VALUE : LOOK_NANOS;
  }

  @Override
  public void close(long graceMs) {
    long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(graceMs);
    for (long now = System.nanoTime(); now < deadlineNanos; now = System.nanoTime()) {
      if (pendingLines == 0 || connection == null) {
        break;
      }
      if (!work(now, true)) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
      }
    }
    Connection current = connection;
    connection = null;
    if (current == null) {
      return;
    }
    if (welcomed) {
      send(current, new Message.Bye(session));
    }
    welcomed = false;
    current.close(LINGER_MS);
  }
}
