// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.logroute.agent.checkpoint.Positions;
import io.logroute.agent.checkpoint.PositionsFile;
import io.logroute.agent.discovery.ContainerFolder;
import io.logroute.agent.discovery.ContainerLinks;
import io.logroute.agent.discovery.FolderEvents;
import io.logroute.agent.driver.ContainerInstance;
import io.logroute.agent.driver.LogDriver;
import io.logroute.agent.driver.LogDrivers;
import io.logroute.agent.driver.LogLine;
import io.logroute.agent.driver.Target;
import io.logroute.agent.route.Binding;
import io.logroute.agent.route.RouteDecisions;
import io.logroute.agent.tail.ContainerLog;
import io.logroute.options.LogOptions;
import io.logroute.table.TableCodec;
import io.logroute.table.TableReading;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What nobody expected of one container costs nobody else anything, and is tried again. */
class FailureIsolationTest {

  @TempDir Path folder;

  private final List<String> taken = new ArrayList<>();
  private final List<Pipeline> pipelines = new ArrayList<>();
  private boolean broken = true;
  private long nanos = 1_000_000_000L;
  private NodeFolders node;
  private Conductor conductor;

  private final AgentClock clock =
      new AgentClock() {
        @Override
        public long nanoTime() {
          return nanos;
        }

        @Override
        public Instant now() {
          return Instant.EPOCH.plusNanos(nanos);
        }
      };

  /** Stumbles over the lines of one container. */
  private final class Stumbling implements LogDriver {
    @Override
    public String name() {
      return "zmq";
    }

    @Override
    public Outcome log(LogLine line) {
      String text = new String(line.bytes(), line.offset(), line.length(), StandardCharsets.UTF_8);
      if (broken && text.contains("_bad_") && text.contains("0000003")) {
        throw new IllegalStateException("a fault of this program");
      }
      taken.add(text);
      return Outcome.TAKEN;
    }

    @Override
    public void close(long graceMs) {}
  }

  @BeforeEach
  void wire() throws Exception {
    node = new NodeFolders(folder);
    LogDrivers drivers = new LogDrivers();
    drivers.register("zmq", context -> new Stumbling());
    AgentMetrics metrics = new AgentMetrics();
    AgentPipelines all =
        new AgentPipelines(
            drivers,
            "node-1",
            folder,
            AgentOptions.DEFAULT_CURVE_FOLDER,
            metrics,
            clock,
            pipelines::add);
    conductor =
        new Conductor(
            new AgentOptions(
                node.pods(),
                node.containers(),
                folder,
                new InetSocketAddress(0),
                "node-1",
                0,
                AgentOptions.DEFAULT_HELD_BYTES,
                AgentOptions.DEFAULT_CURVE_FOLDER),
            FolderEvents.NONE,
            new ContainerIds(new ContainerLinks(node.containers()), clock),
            all,
            new Checkpointer(new PositionsFile(folder)),
            metrics,
            clock,
            FailureIsolationTest::targetOf,
            Positions.NONE);
    String table =
        """
        apiVersion: logroute.io/v1alpha1
        kind: NodeRouteTable
        metadata: {name: node-1}
        spec:
          endpoints: [{name: central, addresses: ['tcp://127.0.0.1:1']}]
          routes: [{name: all, driver: zmq, endpoint: central}]
          pods:
            - namespace: '*'
              name: '*'
              containers: [{name: '*', routes: [{route: all, tenantId: t, serviceId: app}]}]
        """;
    TableReading.Good good =
        (TableReading.Good) TableCodec.readYaml(table.getBytes(StandardCharsets.UTF_8));
    conductor.setTable(
        new Conductor.TableInForce(new RouteDecisions(good.table(), Set.of()), List.of("all")));
  }

  private static Target targetOf(ContainerLog log, int restart, Binding binding) {
    ContainerFolder of = log.folder();
    return new Target(
        binding.route().name(),
        binding.tenantId(),
        binding.serviceId(),
        "tag",
        LogOptions.parse(binding.route().options()),
        new ContainerInstance(
            "", "node-1", of.namespace(), of.pod(), of.uid(), of.container(), restart));
  }

  private void live(long ms) {
    for (long passed = 0; passed < ms; passed += 100) {
      nanos += 100_000_000L;
      conductor.round(FolderEvents.Changes.NONE);
      pipelines.forEach(Pipeline::round);
    }
  }

  @Test
  void shouldGoOnWithOthersAndTryAgainWhenOneContainerMakesTheProgramStumble() {
    ContainerWriter bad = node.container("ns", "bad", "app").lines(10);
    ContainerWriter good = node.container("ns", "good", "app").lines(10);
    live(3_000);
    good.lines(10);
    live(3_000);
    assertThat(taken).containsAll(good.stdout());
    assertThat(pipelines).singleElement().extracting(one -> one.feeds().size()).isEqualTo(2);
    assertThat(taken).containsAll(bad.stdout().subList(0, 3)).doesNotContain(bad.stdout().get(3));
    assertThat(pipelines.getFirst().feeds())
        .filteredOn(feed -> feed.failure() != null)
        .singleElement()
        .extracting(feed -> feed.containerLog().folder().pod())
        .isEqualTo("bad");

    broken = false;
    live(40_000);
    assertThat(taken).containsAll(bad.stdout());
    assertThat(pipelines.getFirst().feeds()).allMatch(feed -> feed.failure() == null);
    assertThat(taken.stream().filter(good.stdout()::contains)).isEqualTo(good.stdout());
  }
}
