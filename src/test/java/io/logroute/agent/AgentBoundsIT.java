// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is held has bounds, and what goes over them stands in the ledger, byte by byte. */
class AgentBoundsIT {

  private static final Duration LONG = Duration.ofSeconds(90);

  @TempDir Path folder;

  private NodeFolders node;

  @BeforeEach
  void prepare() {
    node = new NodeFolders(folder);
  }

  private static void awaitHeld(AgentProcess agent, long bytes) {
    await("held bytes")
        .atMost(LONG)
        .until(() -> agent.metric("logroute_agent_held_unlinked_bytes") == bytes);
  }

  private static void awaitLost(AgentProcess agent, String reason, long bytes) {
    await("the loss of " + bytes + " bytes, " + reason)
        .atMost(LONG)
        .until(() -> agent.metric("logroute_agent_lost_bytes_total", reason) == bytes);
  }

  private static JsonNode loss(AgentProcess agent, ContainerWriter writer) {
    List<JsonNode> found = new ArrayList<>();
    agent.losses().forEach(found::add);
    found.removeIf(loss -> !loss.get("container").asText().equals(writer.key()));
    assertThat(found).as("losses of %s", writer.key()).hasSize(1);
    return found.getFirst();
  }

  private static void assertLost(
      AgentProcess agent, ContainerWriter writer, String reason, long from, long to) {
    JsonNode loss = loss(agent, writer);
    assertThat(loss.get("reason").asText()).isEqualTo(reason);
    assertThat(loss.get("from").asLong()).isEqualTo(from);
    assertThat(loss.get("to").asLong()).isEqualTo(to);
    assertThat(agent.log()).contains("%s".formatted(writer.key()), "bytes " + from + " to " + to);
  }

  @Test
  void shouldGiveUpUndecidedFilesThenOthersWhenTooMuchIsHeldOfDeletedFiles() {
    List<ContainerWriter> undecided = new ArrayList<>();
    List<ContainerWriter> decided = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      undecided.add(node.container("unknown", "job-" + i, "main"));
      decided.add(node.container("team-a", "web-" + i, "app"));
    }
    try (CentralPeer centre = CentralPeer.away(folder, "PUSH")) {
      node.route(
          new TableText()
              .endpoint("central", centre, "PUSH")
              .route("all, driver: zmq, endpoint: central")
              .pod(
                  "namespace: team-a, name: '*'",
                  "{name: '*', routes: [{route: all, tenantId: t, serviceId: app}]}")
              .text());
      for (ContainerWriter writer : List.of(undecided.get(0), decided.get(0))) {
        writer.lines(1_000);
      }
      long each = decided.get(0).bytes();
      long cap = undecided.get(0).bytes() + each;
      try (AgentProcess agent = AgentProcess.start(node, "--held-bytes", "" + cap)) {
        await().atMost(LONG).until(() -> agent.metric("logroute_agent_open_files") == 4);
        undecided.get(0).deletePod();
        decided.get(0).deletePod();
        awaitHeld(agent, cap);
        assertThat(agent.metric("logroute_agent_lost_bytes_total")).isZero();

        decided.get(1).lines(1_000).deletePod();
        awaitLost(agent, "undecided", undecided.get(0).bytes());
        awaitHeld(agent, 2 * each);
        assertLost(agent, undecided.get(0), "undecided", 0, undecided.get(0).bytes());

        undecided.get(1).lines(10);
        ContainerWriter third = node.container("team-a", "web-2", "app");
        third.lines(500);
        await().atMost(LONG).until(() -> agent.metric("logroute_agent_open_files") == 4);
        third.deletePod();
        awaitLost(agent, "held_cap", each);
        assertLost(agent, decided.get(0), "held_cap", 0, each);
        assertThat(agent.metric("logroute_agent_lost_bytes_total", "undecided"))
            .isEqualTo(undecided.get(0).bytes());

        centre.start();
        List<String> expected = new ArrayList<>(decided.get(1).stdout());
        expected.addAll(third.stdout());
        centre.awaitCount(expected.size());
        assertThat(centre.lines("app")).hasSameElementsAs(expected).hasSize(expected.size());
        awaitHeld(agent, 0);
      }
    }
  }

  @Test
  void shouldGoOnBehindAGapWhenAFileIsTruncatedOrDamaged() throws IOException {
    ContainerWriter truncated = node.container("team-a", "truncated", "app");
    ContainerWriter damaged = node.container("team-a", "damaged", "app");
    ContainerWriter cut = node.container("team-a", "cut", "app");
    try (CentralPeer centre = CentralPeer.away(folder, "PUSH")) {
      node.route(TableText.everything(centre, "PUSH").text());
      damaged.lines(100);
      Path first = damaged.rotate();
      long firstBytes = Files.size(first);
      damaged.lines(100);
      damaged.rotate();
      damaged.lines(1);
      Path gz = first.resolveSibling(first.getFileName() + ".gz");
      byte[] bytes = Files.readAllBytes(gz);
      bytes[0] ^= 1;
      Files.write(gz, bytes);
      byte[] empty = gzip(new byte[0]);
      Files.write(cut.folder().resolve("0.log.20260101-000000.gz"), new byte[] {31, (byte) 139});
      Files.write(cut.folder().resolve("0.log.20260101-000001.gz"), empty);
      cut.lines(3);
      truncated.lines(100).partial("stdout", "a line that ");
      long before = truncated.bytes();
      try (AgentProcess agent = AgentProcess.start(node)) {
        await().atMost(LONG).until(() -> agent.metric("logroute_agent_open_files") >= 6);
        Files.write(truncated.current(), new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
        awaitLost(agent, "rotated", before);
        truncated.lines(7);
        centre.start();
        awaitLost(agent, "unreadable", firstBytes + 2);
        assertLost(agent, truncated, "rotated", 0, before);
        assertThat(loss(agent, damaged).get("file").asText()).endsWith(".gz");
        centre.awaitCount(101 + 3 + 7);
        assertThat(centre.lines("app"))
            .containsAll(damaged.stdout().subList(100, 201))
            .containsAll(truncated.stdout().subList(100, 107))
            .containsAll(cut.stdout())
            .hasSize(111);
        FeedAccounts.assertAddUp(agent);
      }
    }
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gz = new GZIPOutputStream(out)) {
      gz.write(bytes);
    }
    return out.toByteArray();
  }
}
