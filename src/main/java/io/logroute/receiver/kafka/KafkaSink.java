// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.kafka;

import io.logroute.receiver.health.Heartbeat;
import io.logroute.receiver.sink.AckedBatch;
import io.logroute.receiver.sink.AckedStream;
import io.logroute.receiver.sink.Forwarder;
import io.logroute.receiver.sink.HandedBatches;
import io.logroute.receiver.sink.HandedBatches.Handed;
import io.logroute.receiver.sink.LineBatch;
import io.logroute.receiver.sink.StopOrder;
import io.logroute.receiver.store.Traffic;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that sends lines to Kafka, and the queue before it, which is bounded by those who fill
 * it. Kafka that takes nothing holds up acknowledgements, and with them the agents, and nothing
 * else.
 */
public final class KafkaSink implements Forwarder {

  private static final Logger LOG = LoggerFactory.getLogger(KafkaSink.class);

  private static final long POLL_MS = 100;
  private static final Duration STOP_GRACE = Duration.ofSeconds(10);
  private static final Duration CLOSE_GRACE = Duration.ofSeconds(2);
  private static final long RESTART_PAUSE_MS = 500;

  /** Kafka that answers nothing for so long is in the way. */
  private static final long PATIENCE_NANOS = Duration.ofSeconds(10).toNanos();

  private final KafkaMetrics metrics;
  private final Traffic traffic;
  private final KafkaRecords records;
  private final UUID storeId = UUID.randomUUID();
  private final HandedBatches handed = new HandedBatches();
  private final Heartbeat heartbeat = new Heartbeat();
  private final StopOrder stop = new StopOrder();
  private final Thread thread = new Thread(this::run, "receiver-kafka");

  private final Deque<Parcel> sent = new ArrayDeque<>();
  private final Supplier<Producer<byte[], byte[]>> producers;
  private Producer<byte[], byte[]> producer;
  private AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private long movedNanos = System.nanoTime();

  private volatile @Nullable String obstacle;

  /**
   * @param producers makes one; asked now, and again after each failure
   */
  KafkaSink(
      KafkaConfig config,
      KafkaMetrics metrics,
      Traffic traffic,
      Supplier<Producer<byte[], byte[]>> producers) {
    this.metrics = metrics;
    this.traffic = traffic;
    this.producers = producers;
    this.producer = producers.get();
    this.records = new KafkaRecords(config.topic(), config.maxLineBytes(), this::cut);
  }

  /**
   * A sink that has not asked Kafka for anything yet: brokers may come later, though one of their
   * names has to be known now.
   *
   * @throws IllegalArgumentException with one sentence, when the settings cannot be used
   */
  public static KafkaSink open(KafkaConfig config, KafkaMetrics metrics, Traffic traffic) {
    try {
      return new KafkaSink(config, metrics, traffic, () -> new KafkaProducer<>(config.producer()));
    } catch (KafkaException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IllegalArgumentException("cannot use Kafka: " + cause.getMessage(), e);
    }
  }

  @Override
  public void start() {
    heartbeat.beat();
    thread.start();
  }

  @Override
  public Heartbeat heartbeat() {
    return heartbeat;
  }

  @Override
  public Optional<String> obstacle() {
    return Optional.ofNullable(obstacle);
  }

  @Override
  public void take(AckedBatch batch) {
    handed.take(batch);
  }

  @Override
  public boolean offer(LineBatch batch, Duration timeout) {
    return handed.offer(batch, timeout);
  }

  /** Nothing is remembered of a stream: consumers know repeats by stream and offset. */
  @Override
  public void forget(AckedStream stream) {}

  /** New with each start, since a line that comes again is sent again. */
  @Override
  public UUID storeId() {
    return storeId;
  }

  private void cut() {
    metrics.cut();
  }

  private void run() {
    try {
      while (!isDone()) {
        heartbeat.beat();
        Handed next = handed.poll(POLL_MS);
        if (next != null) {
          send(next);
        }
        tend();
      }
    } catch (InterruptedException e) {
      LOG.error("the way to Kafka was interrupted, what waits is not sent");
    } finally {
      finish();
    }
  }

  private boolean isDone() {
    return stop.isGiven() && ((handed.isEmpty() && sent.isEmpty()) || stop.isOver());
  }

  private void send(Handed next) throws InterruptedException {
    switch (next) {
      case HandedBatches.Acked(AckedBatch batch) -> send(records.of(batch));
      case HandedBatches.Tagged(LineBatch batch, Runnable stored) ->
          send(records.of(batch, stored));
      case HandedBatches.Wake() -> {}
    }
  }

  private void send(Parcel parcel) throws InterruptedException {
    if (sent.isEmpty()) {
      movedNanos = System.nanoTime();
    }
    sent.add(parcel);
    for (ProducerRecord<byte[], byte[]> record : parcel.records()) {
      if (failure.get() != null || !sendOne(parcel, record)) {
        return;
      }
    }
  }

  /** Hands a record to the producer, waiting for room in it; false: it gave up. */
  private boolean sendOne(Parcel parcel, ProducerRecord<byte[], byte[]> record)
      throws InterruptedException {
    AtomicReference<@Nullable Exception> told = failure;
    while (failure.get() == null) {
      Exception refused = refusal(parcel, record, told);
      if (refused == null) {
        return true;
      }
      if (refused instanceof RecordTooLargeException) {
        lost(parcel, refused);
        return true;
      }
      if (!(refused instanceof TimeoutException)) {
        failure.compareAndSet(null, refused);
        return false;
      }
      heartbeat.beat();
      stalls(refused);
      settle();
      if (stop.isOver()) {
        return false;
      }
    }
    return false;
  }

  /** Why the producer did not even take a record; null: it did, and answers later. */
  private @Nullable Exception refusal(
      Parcel parcel,
      ProducerRecord<byte[], byte[]> record,
      AtomicReference<@Nullable Exception> told)
      throws InterruptedException {
    Thread sender = Thread.currentThread();
    AtomicBoolean isAnswered = new AtomicBoolean();
    try {
      Future<RecordMetadata> answer =
          producer.send(
              record,
              (metadata, problem) -> {
                if (!Thread.currentThread().equals(sender)) {
                  isAnswered.set(true);
                  answered(parcel, problem, told);
                }
              });
      if (answer.isDone()) {
        answer.get();
      }
      return null;
    } catch (ExecutionException e) {
      if (isAnswered.get()) {
        return null;
      }
      return e.getCause() instanceof Exception cause ? cause : e;
    } catch (KafkaException | IllegalStateException e) {
      return e;
    }
  }

  /** By the producer's thread. */
  private void answered(
      Parcel parcel, @Nullable Exception problem, AtomicReference<@Nullable Exception> told) {
    if (problem instanceof RecordTooLargeException) {
      lost(parcel, problem);
    } else if (problem != null) {
      told.compareAndSet(null, problem);
      handed.wake();
    } else if (parcel.open().decrementAndGet() == 0) {
      handed.wake();
    }
  }

  private void lost(Parcel parcel, Exception problem) {
    LOG.error("a line is lost, since Kafka takes none so large: {}", problem.getMessage());
    metrics.refused();
    if (parcel.open().decrementAndGet() == 0) {
      handed.wake();
    }
  }

  private void tend() throws InterruptedException {
    settle();
    Exception problem = failure.get();
    if (problem != null) {
      restart(problem);
    }
    if (!sent.isEmpty() && System.nanoTime() - movedNanos > PATIENCE_NANOS) {
      stalls(new TimeoutException("no answer for more than 10 s"));
    }
  }

  /** Acknowledges batches that Kafka has all of, in their order. */
  private void settle() {
    for (Parcel first = sent.peek(); first != null && first.isDone(); first = sent.peek()) {
      sent.remove();
      for (Parcel.Share share : first.tenants()) {
        metrics.stored(share.lines(), share.bytes());
        traffic.add(share.tenantId(), share.serviceId(), share.lines(), share.bytes());
      }
      first.stored().run();
      movedNanos = System.nanoTime();
      goesOn();
    }
    metrics.waiting(sent.size());
  }

  /**
   * Sends everything again that was not acknowledged, through a producer that knows nothing. There
   * may be none yet, as long as no broker's name is known: then the next round tries again.
   */
  private void restart(Exception problem) throws InterruptedException {
    stalls(problem);
    producer.close(Duration.ZERO);
    settle();
    Thread.sleep(RESTART_PAUSE_MS);
    if (stop.isOver()) {
      return;
    }
    try {
      producer = producers.get();
    } catch (KafkaException e) {
      stalls(e.getCause() instanceof Exception cause ? cause : e);
      return;
    }
    failure = new AtomicReference<>();
    metrics.restarted();
    List<Parcel> again = new ArrayList<>(sent);
    sent.clear();
    for (Parcel parcel : again) {
      send(parcel.again());
    }
  }

  private void stalls(Exception cause) {
    String sentence = "Kafka does not take lines, trying until it does: " + cause.getMessage();
    if (obstacle == null) {
      LOG.error("{}", sentence);
      metrics.stalled(true);
    }
    obstacle = sentence;
  }

  private void goesOn() {
    if (obstacle != null) {
      obstacle = null;
      metrics.stalled(false);
      LOG.info("Kafka takes lines again");
    }
  }

  private void finish() {
    producer.close(CLOSE_GRACE);
    settle();
    int waiting = handed.size() + sent.size();
    if (waiting > 0) {
      LOG.error(
          "stopped while Kafka took nothing: {} batches were not acknowledged; agents that wait for"
              + " that send them again",
          waiting);
    }
    heartbeat.end();
  }

  /** Sends what was taken, waits for the answers, then ends. Kafka is given ten seconds. */
  @Override
  public void close() {
    stop.give(thread, STOP_GRACE);
    if (thread.getState() == Thread.State.NEW) {
      finish();
    }
  }
}
