// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent that may open 256 files, and four times as many containers; issue 4. */
class AgentOpenFilesIT {

  private static final Duration LONG = Duration.ofSeconds(240);
  private static final int CONTAINERS = 1_000;

  @TempDir Path folder;

  private NodeFolders node;
  private final List<ContainerWriter> writers = new ArrayList<>();

  @BeforeEach
  void prepare() {
    node = new NodeFolders(folder);
  }

  private List<ContainerWriter> start(String name, int count) {
    List<ContainerWriter> started = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      started.add(node.container("team-a", name + "-" + i, "app"));
    }
    writers.addAll(started);
    return started;
  }

  private static List<String> limited(List<String> command) {
    List<String> limited = new ArrayList<>(List.of("sh", "-c", "ulimit -n 256; exec \"$@\"", "sh"));
    limited.addAll(command);
    return limited;
  }

  @Test
  void shouldDeliverEveryLineWhenOnlyEveryEighthFileCanBeOpen() {
    start("web", CONTAINERS);
    try (CentralPeer centre = CentralPeer.start(folder, "PUSH")) {
      node.route(TableText.everything(centre, "PUSH").text());
      for (int i = 0; i < CONTAINERS; i++) {
        ContainerWriter writer = writers.get(i).lines(30);
        if (i % 10 == 0) {
          writer.rotate();
          writer.lines(20).partial("stdout", writer.key());
          writer.rotate();
          writer.rest("stdout", writer.key(), " line from two files");
        }
      }
      try (AgentProcess agent = AgentProcess.launch(node, AgentOpenFilesIT::limited)) {
        awaitAll(centre);
        for (int round = 0; round < 3; round++) {
          for (int i = 0; i < CONTAINERS; i++) {
            writers.get(i).lines(1 + i % 7);
            if (i % 50 == round) {
              writers.get(i).rotate();
              writers.get(i).lines(1);
            }
          }
          awaitAll(centre);
        }
        assertThat(agent.metric("logroute_agent_open_files")).isLessThanOrEqualTo(128);
        assertThat(agent.metric("logroute_agent_lost_bytes_total")).isZero();
        assertThat(agent.log()).doesNotContain("ERROR", "Too many open files");
        FeedAccounts.assertAddUp(agent);
        assertThat(agent.terminate()).isZero();
      }
      assertSame(centre);
    }
  }

  @Test
  void shouldDeliverEveryLineWhenMorePodsAreDeletedThanFilesCanBeHeldOpen() {
    try (CentralPeer centre = CentralPeer.away(folder, "PUSH")) {
      node.route(TableText.everything(centre, "PUSH").text());
      try (AgentProcess agent = AgentProcess.launch(node, AgentOpenFilesIT::limited)) {
        int max = (int) agent.metric("logroute_agent_open_files_max");
        int batchSize = max / 5;
        for (int batch = 0; batch < 4; batch++) {
          List<ContainerWriter> jobs = start("job-" + batch, batchSize);
          jobs.forEach(job -> job.lines(3));
          await().atMost(LONG).until(() -> open(agent).containsAll(keys(jobs)));
          jobs.forEach(ContainerWriter::deletePod);
        }
        await("copies of deleted files")
            .atMost(LONG)
            .until(() -> Files.isDirectory(node.state().resolve("held")));
        centre.start();
        awaitAll(centre);
        await().atMost(LONG).until(() -> agent.containers().isEmpty());
        assertThat(agent.metric("logroute_agent_lost_bytes_total")).isZero();
        assertThat(agent.log()).doesNotContain("ERROR", "Too many open files");
        assertThat(agent.terminate()).isZero();
      }
      assertSame(centre);
    }
  }

  private static List<String> keys(List<ContainerWriter> writers) {
    return writers.stream().map(ContainerWriter::key).toList();
  }

  /** The containers of which a file is held open. */
  private static Set<String> open(AgentProcess agent) {
    Set<String> open = new HashSet<>();
    for (JsonNode container : agent.containers()) {
      if (container.get("files").findValuesAsText("open").contains("true")) {
        open.add(container.get("container").asText());
      }
    }
    return open;
  }

  private Stream<String> written() {
    return writers.stream().flatMap(writer -> writer.stdout().stream());
  }

  private void awaitAll(CentralPeer centre) {
    long lines = written().count();
    await("%d lines".formatted(lines))
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(500))
        .until(() -> centre.received().size() >= lines);
  }

  /** Lines begin with it. */
  private static String container(CentralPeer.Received line) {
    return line.text().substring(0, line.text().indexOf(" line "));
  }

  private void assertSame(CentralPeer centre) {
    List<CentralPeer.Received> received = centre.received();
    assertThat(received).hasSize((int) written().count());
    Map<String, List<String>> byContainer = new HashMap<>();
    for (CentralPeer.Received one : received) {
      byContainer.computeIfAbsent(container(one), unused -> new ArrayList<>()).add(one.text());
    }
    for (ContainerWriter writer : writers) {
      CentralPeer.assertSame(byContainer.getOrDefault(writer.key(), List.of()), writer.stdout());
    }
  }
}
