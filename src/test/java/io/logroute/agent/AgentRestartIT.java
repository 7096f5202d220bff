// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is promised when the agent or the centre ends and comes back. */
class AgentRestartIT {

  private static final Duration LONG = Duration.ofSeconds(90);
  private static final int MANY = 60_000;

  /** What may be in flight: 1 MiB not yet settled, two batches queued, one open. */
  private static final long IN_FLIGHT_BYTES = (1 << 20) + 4 * 256 * 1024;

  @TempDir Path folder;

  private NodeFolders node;
  private ContainerWriter writer;

  @BeforeEach
  void startContainer() {
    node = new NodeFolders(folder);
    writer = node.container("team-a", "web", "app");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PUB", "PUSH"})
  void shouldLoseAndRepeatNothingWhenStoppedUnderLoad(String socket) {
    try (CentralPeer centre = CentralPeer.start(folder, socket)) {
      node.route(TableText.everything(centre, socket).text());
      for (int life = 0; life < 3; life++) {
        writer.lines(MANY);
        int before = centre.received().size();
        try (AgentProcess agent = AgentProcess.start(node)) {
          centre.awaitCount(before + 2_000);
          writer.lines(1_000);
          agent.terminate();
          assertThat(agent.log()).contains("agent stopped").doesNotContain("did not end in time");
        }
        centre.countOnceQuiet();
      }
      try (AgentProcess agent = AgentProcess.start(node)) {
        centre.awaitLines("app", writer.stdout());
        FeedAccounts.assertAddUp(agent);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PUB", "PUSH"})
  void shouldLoseAndRepeatNothingWhenStoppedIdle(String socket) {
    try (CentralPeer centre = CentralPeer.start(folder, socket)) {
      node.route(TableText.everything(centre, socket).text());
      for (int life = 0; life < 3; life++) {
        writer.lines(10);
        try (AgentProcess agent = AgentProcess.start(node)) {
          writer.lines(1);
          centre.awaitLines("app", writer.stdout());
          agent.terminate();
        }
      }
      try (AgentProcess agent = AgentProcess.start(node)) {
        assertThat(agent.metric("logroute_agent_lag_bytes")).isZero();
        await()
            .during(Duration.ofSeconds(1))
            .until(() -> centre.received().size() == writer.stdout().size());
        writer.lines(1);
        centre.awaitLines("app", writer.stdout());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PUB", "PUSH"})
  void shouldLoseNothingAndRepeatLittleWhenKilled(String socket) throws InterruptedException {
    try (CentralPeer centre = CentralPeer.start(folder, socket)) {
      node.route(TableText.everything(centre, socket).text());
      writer.lines(2 * MANY);
      int repeatable;
      try (AgentProcess agent = AgentProcess.start(node)) {
        centre.awaitCount(5_000);
        int before = centre.received().size();
        Thread.sleep(1_500);
        agent.kill();
        repeatable = centre.countOnceQuiet() - before;
      }
      int atKill = centre.received().size();
      try (AgentProcess agent = AgentProcess.start(node)) {
        await().atMost(LONG).until(() -> lastIs(centre, writer.stdout().getLast()));
        FeedAccounts.assertAddUp(agent);
      }
      List<String> all = centre.lines("app");
      int repeats = all.size() - writer.stdout().size();
      assertThat(repeats).isNotNegative();
      CentralPeer.assertSame(all.subList(0, atKill), writer.stdout().subList(0, atKill));
      CentralPeer.assertSame(
          all.subList(atKill, all.size()),
          writer.stdout().subList(atKill - repeats, writer.stdout().size()));
      long lineBytes = writer.bytes() / writer.stdout().size();
      assertThat((long) repeats).isLessThanOrEqualTo(repeatable + IN_FLIGHT_BYTES / lineBytes);
    }
  }

  private static boolean lastIs(CentralPeer centre, String line) {
    List<CentralPeer.Received> all = centre.received();
    return !all.isEmpty() && all.getLast().text().equals(line);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PUB", "PUSH"})
  void shouldLoseNothingWhenTheCentreStartsLate(String socket) {
    try (CentralPeer centre = CentralPeer.away(folder, socket)) {
      node.route(TableText.everything(centre, socket).text());
      writer.lines(20_000);
      try (AgentProcess agent = AgentProcess.start(node)) {
        await().atMost(LONG).until(() -> agent.metric("logroute_agent_lag_bytes") > 0);
        writer.lines(1_000).line("stderr", "an error");
        assertThat(agent.metric("logroute_agent_endpoint_connected")).isZero();
        assertThat(agent.get("/healthz").statusCode()).isEqualTo(200);
        centre.start();
        await().atMost(LONG).until(() -> centre.received().size() == writer.stdout().size() + 1);
        CentralPeer.assertSame(centre.lines("app"), with(writer.stdout(), "an error"));
        assertThat(agent.metric("logroute_agent_endpoint_connected")).isEqualTo(1);
        FeedAccounts.assertDiscovered(agent, writer, "all");
      }
    }
  }

  private static List<String> with(List<String> lines, String last) {
    return Stream.concat(lines.stream(), Stream.of(last)).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"PUB", "PUSH"})
  void shouldCountWhatWasInFlightWhenTheCentreIsKilled(String socket) throws InterruptedException {
    try (CentralPeer centre = CentralPeer.start(folder, socket)) {
      node.route(TableText.everything(centre, socket).text());
      try (AgentProcess agent = AgentProcess.start(node)) {
        for (int life = 0; life < 2; life++) {
          for (int i = 0; i < 100; i++) {
            writer.lines(20);
            Thread.sleep(5);
          }
          centre.kill();
          writer.lines(2_000);
          await().atMost(LONG).until(() -> agent.metric("logroute_agent_endpoint_connected") == 0);
          int before = centre.received().size();
          centre.start();
          centre.awaitCount(before + 1_000);
        }
        String last = "the end";
        writer.line("stdout", last);
        await().atMost(LONG).until(() -> lastIs(centre, last));
        List<String> received = centre.lines("app");
        Set<String> arrived = new HashSet<>(received);
        long missing = writer.stdout().stream().filter(line -> !arrived.contains(line)).count();
        assertThat(arrived).hasSameSizeAs(received);
        CentralPeer.assertSame(
            received, writer.stdout().stream().filter(arrived::contains).toList());
        assertThat((double) missing)
            .isLessThanOrEqualTo(agent.metric("logroute_agent_possibly_lost_lines_total"));
        FeedAccounts.assertDiscovered(agent, writer, "all");
      }
    }
  }
}
