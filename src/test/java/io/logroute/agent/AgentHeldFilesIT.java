// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.logroute.receiver.ReceiverProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A deleted pod's unread lines outlive the agent that is stopped, and a killed one is answered for.
 */
class AgentHeldFilesIT {

  private static final Duration LONG = Duration.ofSeconds(180);

  /** Of a deleted pod's log; issue 4, point 4. */
  private static final int MANY_BYTES = 100 << 20;

  @TempDir Path folder;

  private NodeFolders node;

  @BeforeEach
  void prepare() {
    node = new NodeFolders(folder);
  }

  private void writeMany(ContainerWriter writer, int bytes) {
    String padding = "p".repeat(950);
    for (int i = 0; writer.bytes() < bytes; i++) {
      writer.unflushed("stdout", i + " " + padding);
    }
    writer.lines(1);
  }

  private void awaitHeld(AgentProcess agent, long bytes) {
    await("held bytes")
        .atMost(LONG)
        .until(() -> agent.metric("logroute_agent_held_unlinked_bytes") >= bytes);
  }

  private List<Path> kept() throws IOException {
    Path held = node.state().resolve("held");
    if (!Files.exists(held)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(held)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  @Test
  void shouldDeliverADeletedPodsLinesWhenTheAgentIsReplacedTwiceMeanwhile() throws IOException {
    try (CentralPeer centre = CentralPeer.away(folder, "PUSH")) {
      node.route(TableText.everything(centre, "PUSH").text());
      ContainerWriter writer = node.container("team-a", "web", "app");
      writeMany(writer, MANY_BYTES / 2);
      try (AgentProcess agent = AgentProcess.start(node)) {
        await().atMost(LONG).until(() -> agent.metric("logroute_agent_open_files") == 1);
        writer.rotate();
        writeMany(writer, MANY_BYTES);
        await().atMost(LONG).until(() -> agent.metric("logroute_agent_open_files") == 2);
        writer.partial("stdout", "the end").expectLine("stdout", "the end");
        writer.deletePod();
        awaitHeld(agent, MANY_BYTES);
        assertThat(agent.terminate()).isZero();
      }
      assertThat(kept()).hasSize(2);
      try (AgentProcess agent = AgentProcess.start(node)) {
        awaitHeld(agent, MANY_BYTES);
        centre.start();
        centre.awaitCount(1_000);
        assertThat(agent.terminate()).isZero();
      }
      centre.countOnceQuiet();
      try (AgentProcess agent = AgentProcess.start(node)) {
        centre.awaitLines("app", writer.stdout());
        await().atMost(LONG).until(() -> agent.containers().isEmpty());
        assertThat(agent.metric("logroute_agent_lost_bytes_total")).isZero();
        assertThat(kept()).isEmpty();
      }
    }
  }

  @Test
  void shouldStoreADeletedPodsLinesOnceWhenTheAgentIsReplacedMeanwhile() throws IOException {
    Path data = folder.resolve("data");
    ContainerWriter writer = node.container("team-a", "web", "app");
    writeMany(writer, MANY_BYTES);
    CuttingProxy proxy = new CuttingProxy();
    node.route(acked(proxy.port()));
    try (AgentProcess agent = AgentProcess.launch(node)) {
      await().atMost(LONG).until(() -> agent.metric("logroute_agent_open_files") == 1);
      writer.deletePod();
      awaitHeld(agent, MANY_BYTES);
      assertThat(agent.terminate()).isZero();
    }
    try (ReceiverProcess receiver = ReceiverProcess.start(data, folder.resolve("receiver.log"))) {
      proxy.leadTo(receiver.ackedPort());
      try (AgentProcess agent = AgentProcess.start(node)) {
        await().atMost(LONG).until(() -> agent.metric("logroute_agent_sent_lines_total") > 5_000);
        agent.kill();
      }
      try (AgentProcess agent = AgentProcess.start(node)) {
        await().atMost(LONG).until(() -> agent.containers().isEmpty());
        assertThat(agent.metric("logroute_agent_lost_bytes_total")).isZero();
        assertThat(kept()).isEmpty();
      }
    } finally {
      proxy.close();
    }
    CentralPeer.assertSame(StoredLines.of(data, "all", writer), writer.stdout());
  }

  private static String acked(int port) {
    return """
    apiVersion: logroute.io/v1alpha1
    kind: NodeRouteTable
    metadata: {name: node-1}
    spec:
      endpoints: [{name: central, addresses: ['tcp://127.0.0.1:%d'], delivery: AtLeastOnce}]
      routes: [{name: all, driver: zmq, endpoint: central}]
      pods:
        - namespace: '*'
          name: '*'
          containers: [{name: '*', routes: [{route: all, tenantId: t, serviceId: app}]}]
    """
        .formatted(port);
  }

  @Test
  void shouldSayWhatWasLostWhenTheAgentWasKilledHoldingDeletedFiles() {
    try (CentralPeer centre = CentralPeer.away(folder, "PUSH")) {
      node.route(
          new TableText()
              .endpoint("central", centre, "PUSH")
              .route("all, driver: zmq, endpoint: central")
              .pod(
                  "namespace: team-a, name: '*'",
                  "{name: '*', routes: [{route: all, tenantId: t, serviceId: app}]}")
              .text());
      ContainerWriter decided = node.container("team-a", "web", "app").lines(100);
      ContainerWriter undecided = node.container("unknown", "job", "main").lines(10);
      ContainerWriter living = node.container("team-a", "alive", "app").lines(5);
      try (AgentProcess agent = AgentProcess.start(node)) {
        decided.deletePod();
        undecided.deletePod();
        awaitHeld(agent, decided.bytes() + undecided.bytes());
        await("positions on disk")
            .atMost(LONG)
            .until(() -> text(node.state().resolve("positions.json")).contains("\"sizes\":[[0,"));
        await("a checkpoint more").pollDelay(Duration.ofSeconds(3)).until(() -> true);
        agent.kill();
      }
      try (AgentProcess agent = AgentProcess.start(node)) {
        await()
            .atMost(LONG)
            .until(
                () ->
                    agent.metric("logroute_agent_lost_bytes_total", "rotated") == decided.bytes());
        assertThat(agent.metric("logroute_agent_lost_bytes_total", "undecided"))
            .isEqualTo(undecided.bytes());
        JsonNode losses = agent.losses();
        assertThat(losses.findValuesAsText("container"))
            .containsExactlyInAnyOrder(decided.key(), undecided.key());
        centre.start();
        centre.awaitLines("app", living.stdout());
        assertThat(agent.terminate()).isZero();
      }
      try (AgentProcess agent = AgentProcess.start(node)) {
        assertThat(agent.metric("logroute_agent_lost_bytes_total")).isZero();
      }
    }
  }

  private static String text(Path file) throws IOException {
    return Files.exists(file) ? Files.readString(file) : "";
  }
}
