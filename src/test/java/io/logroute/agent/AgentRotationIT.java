// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What kubelets and runtimes do to log files, and no line is lost or repeated by it. */
class AgentRotationIT {

  private static final Duration LONG = Duration.ofSeconds(90);

  @TempDir Path folder;

  private NodeFolders node;
  private ContainerWriter writer;
  private CentralPeer centre;

  @BeforeEach
  void prepare() {
    node = new NodeFolders(folder);
    writer = node.container("team-a", "web", "app");
    centre = CentralPeer.away(folder, "PUB");
    node.route(TableText.everything(centre, "PUB").text());
  }

  @AfterEach
  void stopCentre() {
    centre.close();
  }

  @Test
  void shouldDeliverAllInOrderWhenFilesAreRotatedAndCompressedUnderIt() {
    centre.start();
    try (AgentProcess agent = AgentProcess.start(node)) {
      for (int rotation = 0; rotation < 6; rotation++) {
        writer.lines(3_000);
        writer.rotate();
      }
      writer.lines(10);
      centre.awaitLines("app", writer.stdout());
      FeedAccounts.assertDiscovered(agent, writer, "all");
      assertReleased(agent);
    }
  }

  private static void assertReleased(AgentProcess agent) {
    await("only the current file is open")
        .atMost(LONG)
        .until(() -> agent.metric("logroute_agent_open_files") == 1);
  }

  @Test
  void shouldDeliverAllWhenHeldFilesAreCompressedAndDeletedWhileTheCentreIsAway()
      throws IOException {
    try (AgentProcess agent = AgentProcess.start(node)) {
      writer.lines(2_000);
      awaitOpen(agent, 1);
      Path first = writer.rotate();
      writer.lines(2_000);
      awaitOpen(agent, 2);
      Path second = writer.rotate();
      writer.lines(2_000);
      awaitOpen(agent, 3);
      writer.compressRotated();
      Files.delete(first.resolveSibling(first.getFileName() + ".gz"));
      Files.delete(second.resolveSibling(second.getFileName() + ".gz"));
      await().atMost(LONG).until(() -> agent.metric("logroute_agent_held_unlinked_bytes") > 0);
      centre.start();
      centre.awaitLines("app", writer.stdout());
      FeedAccounts.assertDiscovered(agent, writer, "all");
      assertReleased(agent);
      assertThat(agent.metric("logroute_agent_held_unlinked_bytes")).isZero();
    }
  }

  private static void awaitOpen(AgentProcess agent, int files) {
    await().atMost(LONG).until(() -> agent.metric("logroute_agent_open_files") == files);
  }

  @Test
  void shouldGoOnAtTheRightByteWhenFilesWereRotatedAndCompressedMeanwhile() {
    centre.start();
    writer.lines(500);
    try (AgentProcess agent = AgentProcess.start(node)) {
      centre.awaitLines("app", writer.stdout());
      agent.terminate();
    }
    writer.lines(300);
    writer.rotate();
    writer.lines(200);
    try (AgentProcess agent = AgentProcess.start(node)) {
      centre.awaitLines("app", writer.stdout());
      agent.terminate();
    }
    writer.lines(100);
    writer.rotate();
    writer.lines(50);
    writer.rotate();
    writer.lines(20);
    try (AgentProcess agent = AgentProcess.start(node)) {
      centre.awaitLines("app", writer.stdout());
      FeedAccounts.assertAddUp(agent);
      assertThat(agent.metric("logroute_agent_lost_bytes_total")).isZero();
    }
  }

  @Test
  void shouldJoinALineWhenItsPiecesStandOnBothSidesOfARotationAndARestart() {
    centre.start();
    writer.partial("stdout", "one ");
    try (AgentProcess agent = AgentProcess.start(node)) {
      await().atMost(LONG).until(() -> agent.metric("logroute_agent_read_bytes_total") > 0);
      writer.line("stderr", "between");
      writer.rotate();
      writer.rest("stdout", "one ", "two");
      writer.line("stdout", "three");
      centre.awaitCount(3);
      writer.partial("stdout", "four ");
      writer.line("stderr", "again");
      centre.awaitCount(4);
      agent.terminate();
    }
    writer.rotate();
    writer.rotate();
    writer.rest("stdout", "four ", "five");
    try (AgentProcess agent = AgentProcess.start(node)) {
      centre.awaitCount(5);
      FeedAccounts.assertAddUp(agent);
    }
    assertThat(centre.lines("app"))
        .containsExactly("between", "one two", "three", "again", "four five");
  }

  @Test
  void shouldNotSplitALineWhenItsContainerHadBeenQuietForLong() throws IOException {
    centre.start();
    writer.line("stdout", "before");
    List<String> expected = new ArrayList<>(List.of("before"));
    try (AgentProcess agent = AgentProcess.start(node)) {
      for (int i = 0; i < 5; i++) {
        centre.awaitLines("app", expected);
        Files.setLastModifiedTime(writer.current(), FileTime.from(Instant.now().minusSeconds(60)));
        int read = (int) agent.metric("logroute_agent_read_bytes_total");
        await("a sweep").pollDelay(Duration.ofMillis(1_100 + 130 * i)).until(() -> true);
        writer.partial("stdout", "a prompt: ");
        await().until(() -> agent.metric("logroute_agent_read_bytes_total") > read);
        await("a look at the end").pollDelay(Duration.ofMillis(120)).until(() -> true);
        writer.rest("stdout", "a prompt: ", "its answer");
        expected.add("a prompt: its answer");
      }
      centre.awaitLines("app", expected);
    }
  }

  @Test
  void shouldTellInstancesApartWhenAContainerCrashesAgainAndAgain() {
    centre.start();
    List<String> tags = new ArrayList<>();
    try (AgentProcess agent = AgentProcess.start(node)) {
      for (int instance = 0; instance < 6; instance++) {
        tags.add(writer.tag());
        writer.lines(50);
        writer.partial("stdout", "dying");
        writer.expectLine("stdout", "dying");
        centre.awaitCount(writer.stdout().size() - 1);
        writer.restart();
        if (instance > 0) {
          writer.removeInstance(instance - 1);
        }
      }
      writer.lines(1);
      tags.add(writer.tag());
      centre.awaitLines("app", writer.stdout());
      assertThat(centre.received().stream().map(CentralPeer.Received::tag).distinct())
          .isEqualTo(tags);
      FeedAccounts.assertDiscovered(agent, writer, "all");
    }
  }

  @Test
  void shouldDeliverAllWhenAPodIsDeletedBeforeTheCentreIsThere() {
    writer.lines(10_000);
    try (AgentProcess agent = AgentProcess.start(node)) {
      awaitOpen(agent, 1);
      writer.deletePod();
      await().atMost(LONG).until(() -> agent.metric("logroute_agent_held_unlinked_bytes") > 0);
      centre.start();
      centre.awaitLines("app", writer.stdout());
      awaitOpen(agent, 0);
      await().atMost(LONG).until(() -> agent.containers().isEmpty());
      assertThat(agent.metric("logroute_agent_sent_lines_total")).isEqualTo(writer.stdout().size());
    }
  }

  @Test
  void shouldDeliverAllWhenAPodLivesForThreeTenthsOfASecond() throws InterruptedException {
    centre.start();
    try (AgentProcess agent = AgentProcess.start(node)) {
      writer.line("stdout", "first");
      centre.awaitCount(1);
      List<String> expected = new ArrayList<>();
      for (int pod = 0; pod < 5; pod++) {
        ContainerWriter job = node.container("team-a", "job-" + pod, "main");
        job.line("stdout", "job " + pod + " begins").line("stderr", "job " + pod + " ends");
        Thread.sleep(300);
        job.deletePod();
        expected.addAll(List.of("job " + pod + " begins", "job " + pod + " ends"));
      }
      centre.awaitCount(11);
      assertThat(centre.lines("app").subList(1, 11)).hasSameElementsAs(expected);
      assertThat(agent.log()).doesNotContain("ERROR");
    }
  }

  @Test
  void shouldGoOnWhenTheFileIsRenamedBackOrTruncated() throws IOException {
    centre.start();
    try (AgentProcess agent = AgentProcess.start(node)) {
      writer.lines(100);
      centre.awaitLines("app", writer.stdout());
      Path away = writer.folder().resolve("0.log.20261122-101500");
      Files.move(writer.current(), away);
      await().pollDelay(Duration.ofMillis(1_200)).until(() -> true);
      Files.move(away, writer.current());
      writer.lines(100);
      centre.awaitLines("app", writer.stdout());
      await("a sweep").pollDelay(Duration.ofMillis(1_200)).until(() -> true);
      Files.write(writer.current(), new byte[0]);
      await("a sweep").pollDelay(Duration.ofMillis(1_200)).until(() -> true);
      writer.lines(100);
      centre.awaitLines("app", writer.stdout());
      assertThat(agent.metric("logroute_agent_malformed_lines_total")).isZero();
    }
  }
}
