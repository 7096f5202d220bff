// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.otlp;

import io.logroute.receiver.health.Heartbeat;
import io.logroute.receiver.otlp.Entry.Origin;
import io.logroute.receiver.otlp.OtlpConfig.Compression;
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
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread that sends lines to a collector, and the queue before it; see the package. */
public final class OtlpSink implements Forwarder {

  private static final Logger LOG = LoggerFactory.getLogger(OtlpSink.class);

  /** Before compression; a collector takes 20 MiB by default, others 4 MiB. */
  private static final long REQUEST_BYTES = 3 << 20;

  private static final long POLL_MS = 100;
  private static final Duration STOP_GRACE = Duration.ofSeconds(10);
  private static final long FIRST_PAUSE_MS = 200;
  private static final long LONGEST_PAUSE_MS = 5000;
  private static final long SAY_EVERY_NANOS = Duration.ofMinutes(1).toNanos();

  private final Collector collector;
  private final Compression compression;
  private final OtlpMetrics metrics;
  private final Traffic traffic;
  private final UUID storeId = UUID.randomUUID();
  private final HandedBatches handed = new HandedBatches();
  private final Heartbeat heartbeat = new Heartbeat();
  private final StopOrder stop = new StopOrder();
  private final Thread thread = new Thread(this::run, "receiver-otlp");

  private final byte[] emptyRequest;
  private int underWay;
  private long saidNanos = System.nanoTime() - SAY_EVERY_NANOS;
  private long unsaidLines;
  private volatile @Nullable String obstacle;

  private OtlpSink(
      Collector collector, Compression compression, OtlpMetrics metrics, Traffic traffic) {
    this.collector = collector;
    this.compression = compression;
    this.metrics = metrics;
    this.traffic = traffic;
    this.emptyRequest = LogRequest.body(List.of(), compression);
  }

  /**
   * A sink that has not asked the collector for anything yet: it may come later.
   *
   * @throws IllegalArgumentException with one sentence, when the settings cannot be used
   */
  public static OtlpSink open(OtlpConfig config, OtlpMetrics metrics, Traffic traffic) {
    return new OtlpSink(Collector.of(config), config.compression(), metrics, traffic);
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

  /** Nothing is remembered of a stream: who reads knows repeats by their uid. */
  @Override
  public void forget(AckedStream stream) {}

  /** New with each start, since a line that comes again is sent again. */
  @Override
  public UUID storeId() {
    return storeId;
  }

  private void run() {
    try {
      while (!stop.isGiven() || (!handed.isEmpty() && !stop.isOver())) {
        heartbeat.beat();
        Handed next = handed.poll(POLL_MS);
        if (next != null) {
          deliver(load(next));
        }
      }
    } catch (InterruptedException e) {
      LOG.error("the way to the collector was interrupted, what waits is not sent");
    } finally {
      finish();
    }
  }

  /** What waits, as much as makes one request. */
  private Shipment load(Handed first) {
    Shipment shipment = new Shipment();
    for (Handed next = first; next != null; ) {
      shipment.add(next);
      next = shipment.bytes() < REQUEST_BYTES ? handed.poll() : null;
    }
    return shipment;
  }

  /** Acknowledges what the collector has all of; nothing when the time to stop came before that. */
  private void deliver(Shipment shipment) throws InterruptedException {
    underWay = shipment.batches();
    metrics.waiting(handed.size() + underWay);
    Deque<List<Entry>> requests = new ArrayDeque<>(shipment.requests(REQUEST_BYTES));
    while (!requests.isEmpty()) {
      List<Entry> request = requests.pop();
      switch (ask(request)) {
        case Answer.Taken taken -> taken(request, taken);
        case Answer.Refused refused when request.size() > 1 -> {
          int half = request.size() / 2;
          requests.push(request.subList(half, request.size()));
          requests.push(request.subList(0, half));
        }
        case Answer.Refused refused -> lost(1, request.getFirst().origin(), refused.cause());
        case Answer.Later _, Answer.Misdirected _ -> {
          return;
        }
      }
    }
    shipment.stored();
    underWay = 0;
    metrics.waiting(handed.size());
  }

  /** The answer for good; {@link Answer.Later} or worse: the time to stop came before it. */
  private Answer ask(List<Entry> entries) throws InterruptedException {
    byte[] body = LogRequest.body(entries, compression);
    Answer answer = collector.post(body, this::goesOn);
    for (int failures = 0; goesOn(); failures++) {
      switch (answer) {
        case Answer.Later later -> {
          stalls(later.cause());
          pause(failures, later.pause());
          answer = collector.post(body, this::goesOn);
        }
        case Answer.Misdirected misdirected -> {
          stalls(misdirected.cause());
          pause(failures, Duration.ZERO);
          answer = collector.post(emptyRequest, this::goesOn);
          if (answer instanceof Answer.Taken || answer instanceof Answer.Refused) {
            answer = collector.post(body, this::goesOn);
          }
        }
        case Answer.Refused refused when refused.isServersFault() && !takesNothing() -> {
          stalls(refused.cause());
          pause(failures, Duration.ZERO);
          answer = collector.post(body, this::goesOn);
        }
        case Answer.Taken _, Answer.Refused _ -> {
          return answered(answer);
        }
      }
      metrics.repeated();
    }
    return answer;
  }

  /** Whether the collector takes a request without lines: then it is well. */
  private boolean takesNothing() throws InterruptedException {
    return collector.post(emptyRequest, this::goesOn) instanceof Answer.Taken;
  }

  private Answer answered(Answer answer) {
    metrics.answered();
    if (obstacle != null) {
      obstacle = null;
      metrics.stalled(false);
      LOG.info("the collector takes lines again");
    }
    return answer;
  }

  private boolean goesOn() {
    heartbeat.beat();
    return !stop.isOver();
  }

  /** Longer with each failure, by chance, so that many receivers do not come at once. */
  private void pause(int failures, Duration asked) throws InterruptedException {
    long boundMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS << Math.min(failures, 10));
    long ownMs = ThreadLocalRandom.current().nextLong(boundMs / 2, boundMs + 1);
    long untilNanos =
        System.nanoTime() + Math.max(asked.toNanos(), Duration.ofMillis(ownMs).toNanos());
    while (goesOn() && System.nanoTime() - untilNanos < 0) {
      Thread.sleep(Math.min(POLL_MS, ownMs));
    }
  }

  private void taken(List<Entry> entries, Answer.Taken answer) {
    long bytes = 0;
    int from = 0;
    for (int i = 0; i < entries.size(); i++) {
      bytes += entries.get(i).lineBytes();
      boolean isLastOfRun =
          i + 1 == entries.size() || entries.get(i + 1).origin() != entries.get(i).origin();
      if (isLastOfRun) {
        count(entries.subList(from, i + 1));
        from = i + 1;
      }
    }
    long rejected = Math.min(answer.rejectedLines(), entries.size());
    metrics.stored(entries.size() - rejected, bytes);
    if (rejected > 0) {
      lost(rejected, entries.getFirst().origin(), answer.message());
    } else if (!answer.message().isEmpty() && isTimeToSay()) {
      LOG.warn("the collector took all lines and says: {}", answer.message());
    }
  }

  private void count(List<Entry> ofOneOrigin) {
    Origin origin = ofOneOrigin.getFirst().origin();
    long bytes = ofOneOrigin.stream().mapToLong(Entry::lineBytes).sum();
    traffic.add(origin.tenantId(), origin.serviceId(), ofOneOrigin.size(), bytes);
  }

  /** Says the first, and then at most one a minute, with how many there were since. */
  private void lost(long lines, Origin first, String cause) {
    metrics.refused(lines);
    unsaidLines += lines;
    if (isTimeToSay()) {
      LOG.error(
          "the collector does not want {} lines, of {} or sent with it, which are lost: {}",
          unsaidLines,
          first.name(),
          cause);
      unsaidLines = 0;
    }
  }

  private boolean isTimeToSay() {
    boolean isTime = System.nanoTime() - saidNanos >= SAY_EVERY_NANOS;
    if (isTime) {
      saidNanos = System.nanoTime();
    }
    return isTime;
  }

  private void stalls(String cause) {
    String sentence = "the collector does not take lines, trying until it does: " + cause;
    if (obstacle == null) {
      LOG.error("{}", sentence);
      metrics.stalled(true);
    }
    obstacle = sentence;
  }

  private void finish() {
    collector.close();
    int waiting = handed.size() + underWay;
    if (waiting > 0) {
      LOG.error(
          "stopped while the collector took nothing: {} batches were not acknowledged; agents that"
              + " wait for that send them again",
          waiting);
    }
    heartbeat.end();
  }

  @Override
  public void close() {
    stop.give(thread, STOP_GRACE);
    if (thread.getState() == Thread.State.NEW) {
      finish();
    }
  }
}
