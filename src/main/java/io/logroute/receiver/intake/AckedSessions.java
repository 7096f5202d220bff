// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.intake;

import io.logroute.receiver.sink.AckedBatch;
import io.logroute.receiver.sink.AckedSink;
import io.logroute.receiver.sink.AckedStream;
import io.logroute.wire.BatchReader;
import io.logroute.wire.Message;
import io.logroute.wire.MessageDecoder;
import io.logroute.wire.Refusal;
import io.logroute.wire.WireLimits;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The receiver's end of the acknowledged protocol, docs/acked-protocol.md section "The receiver",
 * without a socket: messages in, answers out. Used by the socket's thread; only that a batch is
 * stored is said by another.
 */
final class AckedSessions {

  private static final Logger LOG = LoggerFactory.getLogger(AckedSessions.class);

  private static final String NOT_AMONG =
      "this agent's key is not among those that may send here, or not all that it sends";
  private static final String SOFTWARE = "logroute-receiver";
  private static final int REMEMBERED_STRANGERS = 4096;
  private static final long SILENCE_NANOS =
      TimeUnit.MILLISECONDS.toNanos(WireLimits.SESSION_LIMIT_MS);

  /** The way to the agents. */
  interface Answers {
    /** Sends without waiting; false: the peer is gone, or never was. */
    boolean send(String peer, Message message);
  }

  private record Stored(AckedSession session, Map<Integer, Long> ends, int bytes) {}

  private final AckedLimits limits;
  private final AckedSink sink;
  private final Answers answers;
  private final Senders senders;
  private final IntakeMetrics lineMetrics;
  private final AckedMetrics metrics;
  private final Clock clock;
  private final MessageDecoder decoder = new MessageDecoder();

  private final Map<String, AckedSession> sessions = new HashMap<>();
  private final Queue<Stored> stored = new ConcurrentLinkedQueue<>();

  /** Sessions that were told that they are none, by peer. */
  private final Map<String, Long> strangers =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > REMEMBERED_STRANGERS;
        }
      };

  private long grantedBytes;
  private int allStreams;
  private int outBatches;

  AckedSessions(
      AckedLimits limits,
      AckedSink sink,
      Answers answers,
      Senders senders,
      IntakeMetrics lineMetrics,
      AckedMetrics metrics,
      Clock clock) {
    this.limits = limits;
    this.sink = sink;
    this.answers = answers;
    this.senders = senders;
    this.lineMetrics = lineMetrics;
    this.metrics = metrics;
    this.clock = clock;
  }

  /** Batches that wait to be stored. */
  int outBatches() {
    return outBatches;
  }

  /**
   * Takes what a peer sent.
   *
   * @param peer its routing id
   * @param frame its message; null when it had more frames than one
   * @param sender the key that it sends with; null: there are no keys
   */
  void take(String peer, byte @Nullable [] frame, @Nullable String sender, long nowNanos) {
    AckedSession session = sessions.get(peer);
    Message message =
        frame == null
            ? new Message.Malformed("a message is one frame, not several")
            : decoder.decode(frame);
    if (message instanceof Message.Malformed(String problem)) {
      malformed(session, problem);
      return;
    }
    if (session != null) {
      session.heardNanos = nowNanos;
    }
    if (message instanceof Message.Hello hello) {
      greet(peer, hello, sender, nowNanos);
    } else if (session != null && session.id == message.session()) {
      take(session, message);
    } else {
      stranger(peer, message);
    }
  }

  /** A peer's message was not kept, as others announce messages and do not send them. */
  void refuseForRoom(String peer) {
    AckedSession session = sessions.get(peer);
    if (session != null) {
      refuse(
          session,
          Refusal.UNAVAILABLE,
          "there was no room for its message: too much is announced here and not sent");
    }
  }

  private void malformed(@Nullable AckedSession session, String problem) {
    metrics.malformed();
    if (session != null) {
      refuse(session, Refusal.MALFORMED, problem);
    }
  }

  private void stranger(String peer, Message message) {
    boolean answered =
        message instanceof Message.Stream
            || message instanceof Message.End
            || message instanceof Message.Batch
            || message instanceof Message.Ping;
    Long told = strangers.get(peer);
    if (answered && (told == null || told != message.session())) {
      strangers.put(peer, message.session());
      refuse(peer, message.session(), Refusal.NO_SESSION, "this session is not known: begin one");
    }
  }

  private void greet(String peer, Message.Hello hello, @Nullable String sender, long nowNanos) {
    AckedSession before = sessions.get(peer);
    if (before != null) {
      end(before);
    }
    if (hello.minVersion() > WireLimits.VERSION || hello.maxVersion() < WireLimits.VERSION) {
      refuse(
          peer,
          hello.session(),
          Refusal.VERSION,
          "versions %d to %d are offered, this receiver speaks %d"
              .formatted(hello.minVersion(), hello.maxVersion(), WireLimits.VERSION));
      return;
    }
    if (!senders.knows(sender)) {
      refuse(peer, hello.session(), Refusal.NOT_ALLOWED, NOT_AMONG);
      return;
    }
    endAbandoned(hello);
    long window = limits.window(grantedBytes);
    if (sessions.size() >= limits.sessions() || window == 0) {
      refuse(
          peer,
          hello.session(),
          Refusal.UNAVAILABLE,
          "%d agents are connected, there is no room for more".formatted(sessions.size()));
      return;
    }
    begin(new AckedSession(peer, hello, sender, window, nowNanos));
  }

  private void begin(AckedSession session) {
    sessions.put(session.peer, session);
    grantedBytes += session.windowBytes;
    metrics.begun();
    metrics.sessions(sessions.size());
    LOG.info("node {} began a session", session.node);
    answer(
        session,
        new Message.Welcome(
            session.id,
            WireLimits.VERSION,
            0,
            sink.storeId().getMostSignificantBits(),
            sink.storeId().getLeastSignificantBits(),
            session.windowBytes,
            WireLimits.MAX_MESSAGE_BYTES,
            limits.streams(),
            SOFTWARE));
  }

  /**
   * A socket does not say when a peer is gone, only that nothing can be sent to it. So the node's
   * other sessions are sent something harmless, all sessions when there is little room.
   */
  private void endAbandoned(Message.Hello hello) {
    boolean tight = limits.isTight(sessions.size(), grantedBytes);
    for (AckedSession session : List.copyOf(sessions.values())) {
      boolean same = session.node.equals(hello.node()) && session.cluster.equals(hello.cluster());
      if (same || tight) {
        answer(session, new Message.Pong(session.id, 0));
      }
    }
  }

  private void take(AckedSession session, Message message) {
    switch (message) {
      case Message.Stream stream -> open(session, stream);
      case Message.End end -> end(session, end);
      case BatchReader batch -> take(session, batch);
      case Message.Ping ping -> answer(session, new Message.Pong(session.id, ping.token()));
      case Message.Bye unused -> end(session);
      default -> malformed(session, "an agent does not send this");
    }
  }

  private void open(AckedSession session, Message.Stream stream) {
    if (!session.use(stream.number())) {
      malformed(session, "stream number " + stream.number() + " is not greater than all before it");
      return;
    }
    String problem = AckedStream.problem(stream.identity());
    if (problem != null) {
      refuse(session, stream.number(), Refusal.BAD_IDENTITY, problem);
    } else if (!senders.allows(session.sender, stream.identity().tenant())) {
      refuse(
          session,
          stream.number(),
          Refusal.NOT_ALLOWED,
          "this agent's key may not send lines of tenant " + stream.identity().tenant());
    } else if (session.openStreams() >= limits.streams() || allStreams >= limits.allStreams()) {
      refuse(
          session,
          stream.number(),
          Refusal.TOO_MANY_STREAMS,
          "too many streams are open: end some");
    } else {
      session.open(stream.number(), AckedStream.of(stream.identity()));
      allStreams++;
    }
  }

  private void end(AckedSession session, Message.End end) {
    AckedStream stream = session.end(end.number());
    if (stream != null) {
      allStreams--;
      if (end.gone()) {
        sink.forget(stream);
      }
    }
  }

  private void take(AckedSession session, BatchReader batch) {
    if (batch.number() != session.nextBatch) {
      refuse(
          session,
          Refusal.GAP,
          "batch %d came where %d is missing".formatted(batch.number(), session.nextBatch));
      return;
    }
    session.nextBatch++;
    Map<Integer, AckedStream> streams = new HashMap<>();
    Map<Integer, Long> ends = new HashMap<>();
    String problem = look(session, batch, streams, ends);
    if (problem != null) {
      malformed(session, problem);
    } else if (session.outBytes > 0
        && session.outBytes + batch.messageBytes() > session.windowBytes) {
      refuse(session, Refusal.OVER_WINDOW, "more than the window is not acknowledged");
    } else if (!ends.isEmpty()) {
      handOver(session, batch, streams, ends);
    }
  }

  /** Finds the streams of a batch and how far it brings each; answers what is wrong with it. */
  private static @Nullable String look(
      AckedSession session,
      BatchReader batch,
      Map<Integer, AckedStream> streams,
      Map<Integer, Long> ends) {
    int number = 0;
    long end = 0;
    for (boolean more = batch.next(); more; more = batch.next()) {
      if (batch.isRunStart()) {
        reach(streams, ends, number, end);
        number = batch.stream();
        AckedStream stream = session.stream(number);
        if (stream != null) {
          streams.put(number, stream);
        } else if (!session.isRefused(number)) {
          return "stream " + number + " is not open";
        }
      }
      end = batch.end();
    }
    reach(streams, ends, number, end);
    return null;
  }

  /** A run's last line has its greatest end. */
  private static void reach(
      Map<Integer, AckedStream> streams, Map<Integer, Long> ends, int number, long end) {
    if (streams.containsKey(number)) {
      ends.merge(number, end, Math::max);
    }
  }

  private void handOver(
      AckedSession session,
      BatchReader batch,
      Map<Integer, AckedStream> streams,
      Map<Integer, Long> ends) {
    int bytes = batch.messageBytes();
    session.outBytes += bytes;
    outBatches++;
    lineMetrics.received(SocketKind.ACKED, batch.lines(), batch.lineBytes());
    Stored done = new Stored(session, ends, bytes);
    sink.take(new AckedBatch(clock.instant(), batch.copy(), streams, () -> stored.add(done)));
  }

  /** Acknowledges what was stored since the last call; false: nothing was. */
  boolean acknowledge() {
    Map<AckedSession, Map<Integer, Long>> reached = new LinkedHashMap<>();
    for (Stored next = stored.poll(); next != null; next = stored.poll()) {
      outBatches--;
      next.session().outBytes -= next.bytes();
      if (!next.session().ended) {
        Map<Integer, Long> ends = reached.computeIfAbsent(next.session(), s -> new HashMap<>());
        next.ends().forEach((number, end) -> ends.merge(number, end, Math::max));
      }
    }
    reached.forEach(this::acknowledge);
    return !reached.isEmpty();
  }

  private void acknowledge(AckedSession session, Map<Integer, Long> ends) {
    List<Message.Taken> taken = new ArrayList<>();
    for (Map.Entry<Integer, Long> end : ends.entrySet()) {
      taken.add(new Message.Taken(end.getKey(), end.getValue()));
      if (taken.size() == WireLimits.MAX_ACKS) {
        answer(session, new Message.Ack(session.id, taken));
        taken.clear();
      }
    }
    if (!taken.isEmpty()) {
      answer(session, new Message.Ack(session.id, taken));
    }
  }

  /** Ends sessions that have been silent for too long. */
  void endSilent(long nowNanos) {
    for (AckedSession session : List.copyOf(sessions.values())) {
      if (nowNanos - session.heardNanos > SILENCE_NANOS) {
        LOG.info("node {} has been silent for 60 s, its session is over", session.node);
        end(session);
      }
    }
  }

  /** Ends sessions that could not begin, or open their streams, as things stand now. */
  void endDisallowed() {
    for (AckedSession session : List.copyOf(sessions.values())) {
      boolean allowed =
          senders.knows(session.sender)
              && session.streams().stream()
                  .allMatch(stream -> senders.allows(session.sender, stream.identity().tenant()));
      if (!allowed) {
        refuse(session, Refusal.NOT_ALLOWED, NOT_AMONG);
      }
    }
  }

  /** Says goodbye to every agent. */
  void endAll() {
    Collection<AckedSession> all = List.copyOf(sessions.values());
    for (AckedSession session : all) {
      answer(session, new Message.Closing(session.id));
      end(session);
    }
  }

  private void answer(AckedSession session, Message message) {
    if (!session.ended && !answers.send(session.peer, message)) {
      LOG.info("node {} is gone, its session is over", session.node);
      end(session);
    }
  }

  private void refuse(AckedSession session, int stream, Refusal refusal, String sentence) {
    metrics.refused(refusal);
    session.refuse(stream);
    LOG.warn("a stream of node {} is refused: {}", session.node, sentence);
    answer(session, new Message.Refuse(session.id, refusal, stream, sentence));
    if (session.refusedStreams() > limits.streams()) {
      refuse(session, Refusal.UNAVAILABLE, "too many streams were refused");
    }
  }

  private void refuse(AckedSession session, Refusal refusal, String sentence) {
    if (!session.ended) {
      end(session);
      LOG.warn("the session of node {} is over: {}", session.node, sentence);
      refuse(session.peer, session.id, refusal, sentence);
    }
  }

  private void refuse(String peer, long session, Refusal refusal, String sentence) {
    metrics.refused(refusal);
    if (!answers.send(peer, new Message.Refuse(session, refusal, 0, sentence))) {
      LOG.debug("a peer was gone before it could be refused");
    }
  }

  private void end(AckedSession session) {
    if (session.ended) {
      return;
    }
    session.ended = true;
    sessions.remove(session.peer, session);
    grantedBytes -= session.windowBytes;
    allStreams -= session.openStreams();
    metrics.sessions(sessions.size());
  }
}
