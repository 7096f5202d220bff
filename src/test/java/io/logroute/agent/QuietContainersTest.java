// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.logroute.agent.driver.LogDriver;
import io.logroute.agent.driver.LogLine;
import io.logroute.agent.route.RouteDecisions;
import io.logroute.table.TableCodec;
import io.logroute.table.TableReading;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent with nothing to do sleeps, and is there when there is something. */
class QuietContainersTest {

  private static final String TABLE =
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

  @TempDir private Path folder;
  private final VirtualClock clock = new VirtualClock();
  private final List<String> taken = new ArrayList<>();
  private final List<ContainerWriter> writers = new ArrayList<>();
  private NodeFolders node;
  private AgentInMemory agent;
  private long roundAtNanos;
  private int rounds;

  private final class Taking implements LogDriver {
    @Override
    public String name() {
      return "zmq";
    }

    @Override
    public Outcome log(LogLine line) {
      taken.add(new String(line.bytes(), line.offset(), line.length(), StandardCharsets.UTF_8));
      return Outcome.TAKEN;
    }

    @Override
    public void close(long graceMs) {}
  }

  @BeforeEach
  void start() throws IOException {
    node = new NodeFolders(folder);
    for (int i = 0; i < 20; i++) {
      writers.add(node.container("ns", "pod-" + i, "app"));
    }
    agent =
        new AgentInMemory(
            node.pods(), node.state(), NodeConditions.USUAL, clock, context -> new Taking());
    TableReading.Good good =
        (TableReading.Good) TableCodec.readYaml(TABLE.getBytes(StandardCharsets.UTF_8));
    agent.setTable(
        new Conductor.TableInForce(new RouteDecisions(good.table(), Set.of()), List.of("all")));
    agent.conduct(Set.of());
    roundAtNanos = clock.nanoTime();
  }

  @AfterEach
  void stop() throws IOException {
    agent.closeFiles();
  }

  private void live(Duration time) {
    long endNanos = clock.nanoTime() + time.toNanos();
    while (clock.nanoTime() < endNanos) {
      clock.advanceMs(1);
      if (clock.nanoTime() >= roundAtNanos) {
        rounds++;
        roundAtNanos = clock.nanoTime() + agent.pumpOnly();
      }
    }
  }

  /** As {@link #live}, with a round of the conductor every tenth of a second. */
  private void liveConducted(Duration time) {
    for (long leftMs = time.toMillis(); leftMs > 0; leftMs -= 100) {
      agent.conduct(Set.of());
      roundAtNanos = clock.nanoTime();
      live(Duration.ofMillis(100));
    }
  }

  private boolean allRest() {
    for (ContainerState container : agent.containers()) {
      if (!container.log.areWritesTold()) {
        return false;
      }
    }
    return true;
  }

  private void writeOneAfterTheOther() {
    for (ContainerWriter writer : writers) {
      writer.lines(1);
      live(Duration.ofMillis(77));
    }
  }

  @Test
  void shouldWakeFourTimesASecondForAllThatRest() {
    writeOneAfterTheOther();
    live(Duration.ofSeconds(30));
    rounds = 0;
    live(Duration.ofSeconds(10));
    assertThat(rounds).isBetween(39, 41);
  }

  @Test
  void shouldTakeALineWithinAQuarterOfASecondOfAFileThatHasRested() {
    writeOneAfterTheOther();
    live(Duration.ofSeconds(60));
    for (ContainerWriter writer : writers) {
      int before = taken.size();
      writer.lines(1);
      live(Duration.ofMillis(250));
      assertThat(taken).hasSize(before + 1);
    }
  }

  @Test
  void shouldTakeALineOfAFileThatRestsAsSoonAsItsWriteIsTold() {
    writeOneAfterTheOther();
    liveConducted(Duration.ofSeconds(20));
    assertThat(allRest()).isTrue();
    for (ContainerWriter writer : writers) {
      int before = taken.size();
      writer.lines(1);
      agent.conduct(Set.of());
      agent.pumpOnly();
      assertThat(taken).hasSize(before + 1);
    }
    assertThat(allRest()).isFalse();
  }

  @Test
  void shouldLookAtAFileThatRestsEveryTenSecondsOnly() {
    writeOneAfterTheOther();
    liveConducted(Duration.ofSeconds(20));
    agent.muteWrites();
    liveConducted(Duration.ofSeconds(15));
    int before = taken.size();
    writers.getFirst().lines(1);
    liveConducted(Duration.ofSeconds(1));
    assertThat(taken).hasSize(before);
    liveConducted(Duration.ofSeconds(11));
    assertThat(taken).hasSize(before + 1);
  }

  /** With one line; gives the number of lines that were taken before. */
  private int addPodWhileAllRest() throws IOException {
    agent.tellEntries();
    writeOneAfterTheOther();
    liveConducted(Duration.ofSeconds(20));
    assertThat(allRest()).isTrue();
    int before = taken.size();
    node.container("ns", "pod-new", "app").lines(1);
    return before;
  }

  @Test
  void shouldFindANewPodAtOnceThoughAllRest() throws IOException {
    int before = addPodWhileAllRest();
    agent.conduct(Set.of(node.pods()));
    agent.pumpOnly();
    assertThat(taken).hasSize(before + 1);
  }

  @Test
  void shouldFindANewPodThatNoEventTellsWhileAllRest() throws IOException {
    int before = addPodWhileAllRest();
    liveConducted(Duration.ofSeconds(15));
    assertThat(taken).hasSize(before + 1);
  }

  @Test
  void shouldNotRestWhileALineIsOpen() {
    writeOneAfterTheOther();
    writers.getFirst().partial("stdout", "begun");
    liveConducted(Duration.ofSeconds(20));
    assertThat(allRest()).isFalse();
    liveConducted(Duration.ofSeconds(30));
    assertThat(allRest()).isTrue();
    assertThat(taken).last().asString().endsWith("begun");
  }

  @Test
  void shouldLookSoonAgainAtWhatWritesAgain() {
    writeOneAfterTheOther();
    live(Duration.ofSeconds(60));
    writers.getFirst().lines(1);
    live(Duration.ofMillis(250));
    for (int i = 0; i < 10; i++) {
      int before = taken.size();
      writers.getFirst().lines(1);
      live(Duration.ofMillis(45));
      assertThat(taken).hasSize(before + 1);
    }
  }
}
