// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Hundreds of lines of 1 MiB whose ends are still to come, and a heap that holds a few of them. A
 * thousand with {@code -Dlogroute.long.containers=1000}.
 */
class AgentLongLinesIT {

  private static final Duration LONG = Duration.ofSeconds(300);
  private static final int CONTAINERS = Integer.getInteger("logroute.long.containers", 200);
  private static final int PIECES = 64;
  private static final String PIECE = "p".repeat(16 * 1024 - 16);

  @TempDir Path folder;

  private static List<String> withSmallHeap(List<String> command) {
    return command.stream().map(word -> word.startsWith("-Xmx") ? "-Xmx64m" : word).toList();
  }

  @Test
  void shouldJoinLinesThatDoNotFitIntoMemoryTogether() {
    NodeFolders node = new NodeFolders(folder);
    List<ContainerWriter> writers = new ArrayList<>();
    for (int i = 0; i < CONTAINERS; i++) {
      ContainerWriter writer = node.container("team-a", "web-" + i, "app");
      writer.partial("stdout", i + ":");
      for (int piece = 0; piece < PIECES; piece++) {
        writer.partial("stdout", PIECE);
        if (piece % 16 == 0) {
          writer.line("stderr", "between");
        }
      }
      writers.add(writer.stop());
    }
    try (CentralPeer centre = CentralPeer.start(folder, "PUSH")) {
      node.route(TableText.everything(centre, "PUSH").text());
      try (AgentProcess agent = AgentProcess.launch(node, AgentLongLinesIT::withSmallHeap)) {
        long bytes = writers.stream().mapToLong(ContainerWriter::bytes).sum();
        await().atMost(LONG).until(() -> agent.metric("logroute_agent_read_bytes_total") == bytes);
        for (ContainerWriter writer : writers) {
          writer.resume().rest("stdout", "", ":end").stop();
        }
        awaitEnds(centre);
        assertThat(agent.log()).doesNotContain("ERROR", "OutOfMemory");
        FeedAccounts.assertAddUp(agent);
        assertThat(agent.terminate()).isZero();
      }
      assertWhole(centre);
    }
  }

  private static void awaitEnds(CentralPeer centre) {
    await()
        .atMost(LONG)
        .pollInterval(Duration.ofSeconds(2))
        .until(() -> centre.received().size() >= CONTAINERS * (1 + PIECES / 16));
  }

  private static void assertWhole(CentralPeer centre) {
    Set<String> begun = new HashSet<>();
    int between = 0;
    for (CentralPeer.Received received : centre.received()) {
      String text = received.text();
      if (text.equals("between")) {
        between++;
        continue;
      }
      String number = text.substring(0, text.indexOf(':'));
      assertThat(begun.add(number)).as("once: line %s", number).isTrue();
      assertThat(text.equals(number + ":" + PIECE.repeat(PIECES) + ":end"))
          .as("line %s of %d characters", number, text.length())
          .isTrue();
    }
    assertThat(begun).hasSize(CONTAINERS);
    assertThat(between).isEqualTo(CONTAINERS * PIECES / 16);
  }
}
