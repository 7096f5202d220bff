// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.driver.ConnectionStatus;
import io.logroute.agent.driver.CurveKeyFiles;
import io.logroute.agent.driver.DriverContext;
import io.logroute.agent.driver.LogDrivers;
import io.logroute.agent.route.Binding;
import io.logroute.table.NodeRouteTable.Delivery;
import io.logroute.table.NodeRouteTable.Endpoint;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pipelines, one for each endpoint that some route goes to, and one for each driver that takes
 * no endpoint. An endpoint whose definition changes gets a new one. The conductor's thread changes
 * the set; any thread may look.
 */
final class AgentPipelines {

  private static final Logger log = LoggerFactory.getLogger(AgentPipelines.class);

  /** What a pipeline is there for. */
  private record Purpose(String driver, @Nullable Endpoint endpoint) {
    static Purpose of(Binding binding) {
      return new Purpose(binding.route().driver(), binding.endpoint());
    }
  }

  private final LogDrivers drivers;
  private final String node;
  private final Path stateFolder;
  private final Path curveFolder;
  private final AgentMetrics metrics;
  private final AgentClock clock;
  private final Consumer<Pipeline> starter;
  private final Map<Purpose, Pipeline> pipelines = new ConcurrentHashMap<>();

  /**
   * @param starter sets a new pipeline going
   */
  AgentPipelines(
      LogDrivers drivers,
      String node,
      Path stateFolder,
      Path curveFolder,
      AgentMetrics metrics,
      AgentClock clock,
      Consumer<Pipeline> starter) {
    this.drivers = drivers;
    this.node = node;
    this.stateFolder = stateFolder;
    this.curveFolder = curveFolder;
    this.metrics = metrics;
    this.clock = clock;
    this.starter = starter;
  }

  /** The name of a binding's pipeline, the endpoint's or the driver's: the metrics' label. */
  static String nameOf(Binding binding) {
    Endpoint endpoint = binding.endpoint();
    return endpoint == null ? binding.route().driver() : endpoint.name();
  }

  /** The pipeline of a binding, started when there was none. */
  Pipeline of(Binding binding) {
    return pipelines.computeIfAbsent(Purpose.of(binding), unused -> open(binding));
  }

  private Pipeline open(Binding binding) {
    String name = nameOf(binding);
    Endpoint endpoint = binding.endpoint();
    ConnectionStatus status = new ConnectionStatus();
    Pipeline pipeline =
        new Pipeline(
            name,
            status,
            clock,
            wakeUp ->
                drivers.open(
                    binding.route().driver(),
                    new DriverContext(
                        name,
                        node,
                        endpoint == null ? List.of() : endpoint.addresses(),
                        endpoint == null ? "" : endpoint.socket().name(),
                        endpoint == null ? "" : endpoint.format(),
                        endpoint != null && endpoint.delivery() == Delivery.AtLeastOnce,
                        endpoint == null ? 0 : endpoint.bytesPerSecond(),
                        stateFolder,
                        lines -> possiblyLost(name, lines),
                        wakeUp,
                        status,
                        curve(endpoint))));
    starter.accept(pipeline);
    return pipeline;
  }

  private @Nullable CurveKeyFiles curve(@Nullable Endpoint endpoint) {
    String keys = endpoint == null ? null : endpoint.curve();
    return keys == null ? null : new CurveKeyFiles(curveFolder, keys);
  }

  private void possiblyLost(String name, long lines) {
    log.warn("{}: the connection broke with {} lines in flight, possibly lost", name, lines);
    metrics.possiblyLost(name, lines);
  }

  List<Pipeline> all() {
    return List.copyOf(pipelines.values());
  }

  /** Ends the pipelines that nothing feeds any more. */
  void stopUnused(long graceMs) {
    pipelines
        .values()
        .removeIf(
            pipeline -> {
              boolean unused = pipeline.feeds().isEmpty();
              if (unused) {
                pipeline.stop(graceMs);
              }
              return unused;
            });
  }

  /** Tells them all to end: nothing more is read, what is in flight may leave for a time. */
  void stop(long graceMs) {
    all().forEach(pipeline -> pipeline.stop(graceMs));
  }

  /** Waits for their end, which {@link #stop} has told them. */
  void awaitEnd(long graceMs) throws InterruptedException {
    List<Pipeline> ending = all();
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(graceMs + 2_000);
    for (Pipeline pipeline : ending) {
      long leftMs = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (!pipeline.awaitEnd(Math.max(1, leftMs))) {
        log.warn(
            "{}: did not end in time; what it had in flight will be sent again", pipeline.name());
      }
    }
  }

  boolean knows(String driver) {
    return drivers.isRegistered(driver);
  }
}
