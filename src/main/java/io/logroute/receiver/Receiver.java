// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver;

import io.logroute.receiver.health.Health;
import io.logroute.receiver.intake.AckedIntake;
import io.logroute.receiver.intake.AckedMetrics;
import io.logroute.receiver.intake.BindAddress;
import io.logroute.receiver.intake.BindFailedException;
import io.logroute.receiver.intake.Intake;
import io.logroute.receiver.intake.IntakeLimits;
import io.logroute.receiver.intake.IntakeMetrics;
import io.logroute.receiver.intake.SocketKind;
import io.logroute.receiver.kafka.KafkaConfig;
import io.logroute.receiver.kafka.KafkaMetrics;
import io.logroute.receiver.kafka.KafkaSink;
import io.logroute.receiver.otlp.OtlpConfig;
import io.logroute.receiver.otlp.OtlpMetrics;
import io.logroute.receiver.otlp.OtlpSink;
import io.logroute.receiver.sink.AckedSink;
import io.logroute.receiver.sink.Forwarder;
import io.logroute.receiver.sink.LineSink;
import io.logroute.receiver.store.AckedFileSink;
import io.logroute.receiver.store.DataFolder;
import io.logroute.receiver.store.FileSink;
import io.logroute.receiver.store.Housekeeper;
import io.logroute.receiver.store.RollRequests;
import io.logroute.receiver.store.StoreException;
import io.logroute.receiver.store.StoreMetrics;
import io.logroute.receiver.store.Traffic;
import io.logroute.receiver.web.ApiSources;
import io.logroute.receiver.web.HttpFrontend;
import io.logroute.receiver.web.Rates;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The receiver, wired and running: sockets to store, with metrics and health beside them.
 * Everything that can fail by how it was set up fails in {@link #start}.
 */
public final class Receiver implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Receiver.class);

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final Map<SocketKind, Intake> intakes = new EnumMap<>(SocketKind.class);
  private final Traffic traffic = new Traffic();
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Health health = new Health();
  private final Clock clock = Clock.systemUTC();

  private @Nullable AckedIntake ackedIntake;
  private InetSocketAddress http = new InetSocketAddress(0);

  private Receiver() {}

  /**
   * Starts a receiver; it runs in threads of its own until it is closed.
   *
   * @throws StartFailedException when an address is taken or none, or the folder cannot be used
   */
  public static Receiver start(ReceiverConfig config) throws StartFailedException {
    Receiver receiver = new Receiver();
    try {
      receiver.open(config);
      return receiver;
    } catch (StoreException | BindFailedException e) {
      receiver.close();
      throw new StartFailedException(String.valueOf(e.getMessage()));
    } catch (StartFailedException e) {
      receiver.close();
      throw e;
    }
  }

  private void open(ReceiverConfig config)
      throws StoreException, BindFailedException, StartFailedException {
    switch (config.sink()) {
      case SinkConfig.Files _ -> intoFiles(config);
      case SinkConfig.Kafka kafka -> into(config, "kafka", toKafka(kafka.config()));
      case SinkConfig.Otlp otlp -> into(config, "otlp", toCollector(otlp.config()));
    }
    intakes.values().forEach(Intake::start);
    if (ackedIntake != null) {
      ackedIntake.start();
    }
    LOG.info(
        "lines are kept in {}",
        switch (config.sink()) {
          case SinkConfig.Files _ -> config.dataDir().toAbsolutePath();
          case SinkConfig.Kafka kafka -> "Kafka at " + kafka.config().bootstrap();
          case SinkConfig.Otlp otlp -> "what stands behind " + otlp.config().logs();
        });
  }

  private void intoFiles(ReceiverConfig config)
      throws StoreException, BindFailedException, StartFailedException {
    DataFolder folder = DataFolder.take(config.dataDir());
    parts.push(folder);
    StoreMetrics storeMetrics = new StoreMetrics(registry);
    FileSink sink = new FileSink(folder, config.limits(), storeMetrics, traffic, clock);
    parts.push(sink);
    AckedFileSink ackedSink =
        new AckedFileSink(folder, config.limits(), storeMetrics, traffic, clock);
    parts.push(ackedSink);
    Housekeeper housekeeper =
        new Housekeeper(
            folder,
            config.limits(),
            storeMetrics,
            new RollRequests(folder, sink, ackedSink),
            clock,
            config.upkeepEvery());
    parts.push(housekeeper);
    bind(config, sink, ackedSink);
    health.watch("store", sink.heartbeat());
    health.watch("acked-store", ackedSink.heartbeat());
    health.watch("housekeeper", housekeeper.heartbeat());
    health.ask(sink::obstacle);
    health.ask(ackedSink::obstacle);
    Rates rates = rates();
    serve(config, ApiSources.ofFiles(config.dataDir(), config.access(), traffic, rates));
    sink.start();
    ackedSink.start();
    housekeeper.start();
  }

  private Forwarder toKafka(KafkaConfig config) throws StartFailedException {
    try {
      return KafkaSink.open(config, new KafkaMetrics(registry), traffic);
    } catch (IllegalArgumentException e) {
      throw new StartFailedException(String.valueOf(e.getMessage()));
    }
  }

  private Forwarder toCollector(OtlpConfig config) throws StartFailedException {
    try {
      return OtlpSink.open(config, new OtlpMetrics(registry), traffic);
    } catch (IllegalArgumentException e) {
      throw new StartFailedException("cannot use OTLP: " + e.getMessage());
    }
  }

  private void into(ReceiverConfig config, String name, Forwarder sink)
      throws BindFailedException, StartFailedException {
    parts.push(sink);
    bind(config, sink, sink);
    health.watch(name, sink.heartbeat());
    health.ask(sink::obstacle);
    serve(config, ApiSources.withoutFiles(config.access(), traffic, rates()));
    sink.start();
  }

  private Rates rates() {
    Rates rates = new Rates(traffic);
    parts.push(rates);
    rates.start();
    return rates;
  }

  private void bind(ReceiverConfig config, LineSink sink, AckedSink ackedSink)
      throws BindFailedException {
    IntakeMetrics metrics = new IntakeMetrics(registry);
    long heapBytes = Runtime.getRuntime().maxMemory();
    BindAddress acked = config.bind().get(SocketKind.ACKED);
    if (acked != null) {
      AckedIntake intake =
          AckedIntake.bind(
              acked,
              heapBytes,
              ackedSink,
              metrics,
              new AckedMetrics(registry),
              clock,
              config.curve());
      parts.push(intake);
      ackedIntake = intake;
      health.watch(SocketKind.ACKED.label(), intake.heartbeat());
      LOG.info("receiving on {} (acked)", intake.boundAddress());
    }
    IntakeLimits limits = IntakeLimits.ofMemory(heapBytes);
    for (SocketKind kind : EnumSet.of(SocketKind.SUB, SocketKind.PULL)) {
      if (config.bind().containsKey(kind)) {
        Intake intake = Intake.bind(kind, config.bind().get(kind), limits, sink, metrics, clock);
        parts.push(intake);
        intakes.put(kind, intake);
        health.watch(kind.label(), intake.heartbeat());
        LOG.info("receiving on {} ({})", intake.boundAddress(), kind.label());
      }
    }
  }

  private void serve(ReceiverConfig config, ApiSources sources) throws StartFailedException {
    InetSocketAddress address = config.http();
    try {
      HttpFrontend frontend = HttpFrontend.start(address, registry, health, sources, clock);
      parts.push(frontend);
      http = frontend.address();
    } catch (IOException e) {
      throw new StartFailedException(
          "cannot bind %s:%d for --http: %s"
              .formatted(address.getHostString(), address.getPort(), e.getMessage()));
    }
    LOG.info(
        "page, API, metrics and health on http://{}:{}/", http.getHostString(), http.getPort());
    if (config.access().isOpen() && !http.getAddress().isLoopbackAddress()) {
      LOG.warn(
          "everyone who reaches {}:{} sees the lines of all tenants: --tokens FILE bounds that",
          http.getHostString(),
          http.getPort());
    }
  }

  /** Where a socket listens; empty when it was not asked for. */
  public Optional<String> boundAddress(SocketKind kind) {
    if (kind == SocketKind.ACKED) {
      return Optional.ofNullable(ackedIntake).map(AckedIntake::boundAddress);
    }
    return Optional.ofNullable(intakes.get(kind)).map(Intake::boundAddress);
  }

  /** Where page, API, metrics and health are served. */
  public InetSocketAddress httpAddress() {
    return http;
  }

  /** What has been stored since the start. */
  public Traffic traffic() {
    return traffic;
  }

  /**
   * Stops reading, then stores and syncs what was read, and returns when that is done. May be
   * called again.
   */
  @Override
  public void close() {
    while (!parts.isEmpty()) {
      AutoCloseable part = parts.pop();
      try {
        part.close();
      } catch (Exception e) {
        LOG.error("stopping {} failed: {}", part.getClass().getSimpleName(), e.toString());
      }
    }
  }
}
