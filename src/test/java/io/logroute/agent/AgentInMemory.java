// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.checkpoint.PositionsFile;
import io.logroute.agent.discovery.ContainerFolder;
import io.logroute.agent.discovery.ContainerLinks;
import io.logroute.agent.discovery.FolderEvents;
import io.logroute.agent.driver.ContainerInstance;
import io.logroute.agent.driver.DriverContext;
import io.logroute.agent.driver.LogDriver;
import io.logroute.agent.driver.LogDrivers;
import io.logroute.agent.driver.Target;
import io.logroute.agent.route.Binding;
import io.logroute.agent.tail.ContainerLog;
import io.logroute.agent.tail.Generation;
import io.logroute.options.LogOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The agent's conductor, pipelines and checkpointer, without their threads: each round is called by
 * a test, so that they stand still between any two. Killing it is to leave it.
 */
final class AgentInMemory {

  private final Conductor conductor;
  private final AgentPipelines pipelines;
  private final Checkpointer checkpointer;
  private final AgentMetrics metrics = new AgentMetrics();
  private final List<Pipeline> running = new ArrayList<>();
  private final SeenWrites writes = new SeenWrites();

  /**
   * @param drivers opens the driver {@code zmq}
   */
  AgentInMemory(
      Path pods,
      Path state,
      NodeConditions conditions,
      AgentClock clock,
      Function<DriverContext, LogDriver> drivers)
      throws IOException {
    LogDrivers registry = new LogDrivers();
    registry.register("zmq", drivers);
    PositionsFile positions = new PositionsFile(state);
    AgentOptions options =
        new AgentOptions(
            pods,
            pods,
            state,
            new InetSocketAddress(0),
            "node-1",
            10_000,
            conditions.heldBytes(),
            conditions.maxOpenFiles(),
            AgentOptions.DEFAULT_CURVE_FOLDER);
    pipelines =
        new AgentPipelines(
            registry,
            "node-1",
            state,
            AgentOptions.DEFAULT_CURVE_FOLDER,
            metrics,
            clock,
            running::add);
    checkpointer = new Checkpointer(positions);
    conductor =
        new Conductor(
            options,
            writes,
            new ContainerIds(new ContainerLinks(state.resolve("none")), clock),
            pipelines,
            checkpointer,
            metrics,
            clock,
            AgentInMemory::targetOf,
            positions.read());
  }

  private static @Nullable Target targetOf(ContainerLog log, int restart, Binding binding) {
    ContainerFolder folder = log.folder();
    return new Target(
        binding.route().name(),
        binding.tenantId(),
        binding.serviceId(),
        "tag",
        LogOptions.parse(binding.route().options()),
        new ContainerInstance(
            "",
            "node-1",
            folder.namespace(),
            folder.pod(),
            folder.uid(),
            folder.container(),
            restart));
  }

  void setTable(Conductor.TableInForce table) {
    conductor.setTable(table);
  }

  void conduct(Set<Path> changed) {
    conductor.round(new FolderEvents.Changes(changed, writes.take()));
  }

  /** From now on all folders count as watched; {@link #conduct} is given what is told of them. */
  void tellEntries() {
    writes.tellEntries();
  }

  /** From now on no write is told of, as if the kernel had no events. */
  void muteWrites() {
    writes.mute();
  }

  /** A round of one of the pipelines, or the end of one that is not used any more. */
  void pump(int number) {
    if (running.isEmpty()) {
      return;
    }
    Pipeline pipeline = running.get(Math.floorMod(number, running.size()));
    if (pipeline.isStopping()) {
      pipeline.end();
      running.remove(pipeline);
    } else {
      pipeline.round();
    }
  }

  /** A round of the only pipeline; for how long its thread would sleep then, in nanoseconds. */
  long pumpOnly() {
    return running.getFirst().round();
  }

  /** A round of each of the pipelines. */
  void pumpAll() {
    for (int i = running.size() - 1; i >= 0; i--) {
      pump(i);
    }
  }

  void write() throws InterruptedException {
    checkpointer.writeNext(0);
  }

  /** Ends as on SIGTERM, in the order of {@link Agent#close}. */
  void stop() throws InterruptedException, IOException {
    for (Pipeline pipeline : pipelines.all()) {
      pipeline.stop(0);
    }
    running.forEach(Pipeline::end);
    conductor.keepDeleted(System.nanoTime() + TimeUnit.MINUTES.toNanos(5));
    conductor.checkpoint();
    checkpointer.writeNext(0);
    closeFiles();
  }

  /** Gives back what the kernel would when a process dies. */
  void closeFiles() throws IOException {
    for (ContainerState state : conductor.containers().values()) {
      for (Generation generation : state.log.generations()) {
        state.log.park(generation);
      }
    }
  }

  Iterable<ContainerState> containers() {
    return conductor.containers().values();
  }

  /** What this life has told as lost. */
  List<LossLedger.Loss> losses() {
    return conductor.ledger().newest();
  }

  AgentMetrics metrics() {
    return metrics;
  }

  /** Bytes that are known to be there and that no endpoint has taken over. */
  long lagBytes() {
    long lag = 0;
    for (ContainerState state : conductor.containers().values()) {
      for (Feed feed : state.feedsByRoute.values()) {
        lag += feed.lagBytes();
      }
    }
    return lag;
  }
}
