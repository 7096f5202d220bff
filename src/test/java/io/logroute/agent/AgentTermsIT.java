// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a route asks to leave out is left out, nothing else is, and both are counted. */
class AgentTermsIT {

  private static final Duration LONG = Duration.ofSeconds(90);
  private static final String DROPPED_LINES = "logroute_agent_dropped_lines_total";
  private static final String DROPPED_BYTES = "logroute_agent_dropped_bytes_total";

  @TempDir private Path folder;

  private NodeFolders node;

  @BeforeEach
  void prepare() {
    node = new NodeFolders(folder);
  }

  private static String table(CentralPeer centre, String fields) {
    return new TableText()
        .endpoint("central", centre, "PUSH")
        .route("all, driver: zmq, endpoint: central" + fields)
        .all("{route: all, tenantId: t, serviceId: app}")
        .text();
  }

  @Test
  void shouldSendOnlyWhatIsWrittenFromThenOnWhenThereIsNoBackfill() {
    ContainerWriter running = node.container("team-a", "old", "app");
    running.lines(500);
    running.rotate();
    running.line("stderr", "before the route");
    try (CentralPeer centre = CentralPeer.start(folder, "PUSH")) {
      node.route(table(centre, ", backfill: None"));
      List<String> expected = List.of("after the route", "a container that starts later");
      try (AgentProcess agent = AgentProcess.start(node)) {
        running.atTimeOfDay().line("stdout", expected.getFirst());
        centre.awaitLines("app", expected.subList(0, 1));
        node.container("team-a", "new", "app").line("stdout", expected.getLast());
        centre.awaitLines("app", expected);
        FeedAccounts.assertDiscovered(agent, running, "all");
        assertThat(agent.metric("logroute_agent_not_selected_bytes_total")).isPositive();
        assertThat(agent.metric(DROPPED_LINES)).isZero();
        agent.terminate();
      }
      try (AgentProcess agent = AgentProcess.start(node)) {
        running.line("stdout", "after a restart");
        centre.awaitLines(
            "app", List.of(expected.getFirst(), expected.getLast(), "after a restart"));
        FeedAccounts.assertAddUp(agent);
      }
    }
  }

  @Test
  void shouldDropAndCountWhatIsOverTheRate() {
    ContainerWriter writer = node.container("team-a", "loud", "app");
    writer.lines(1_000);
    try (CentralPeer centre = CentralPeer.start(folder, "PUSH")) {
      node.route(table(centre, ", rateLimit: {linesPerSecond: 10, burst: 25}"));
      try (AgentProcess agent = AgentProcess.start(node)) {
        await().atMost(LONG).until(() -> agent.metric(DROPPED_LINES, "rate_limit") == 975);
        writer.atTimeOfDay().lines(1);
        centre.awaitLines("app", withLast(writer.stdout().subList(0, 25), writer.stdout()));
        FeedAccounts.assertDiscovered(agent, writer, "all");
        assertThat(agent.metric("logroute_agent_sent_lines_total")).isEqualTo(26);
        assertThat(agent.metric(DROPPED_BYTES, "rate_limit")).isPositive();
      }
    }
  }

  private static List<String> withLast(List<String> first, List<String> all) {
    List<String> lines = new ArrayList<>(first);
    lines.add(all.getLast());
    return lines;
  }

  @Test
  void shouldCutLongLinesAndCountWhatIsCutOff() {
    ContainerWriter writer = node.container("team-a", "wordy", "app");
    String half = "x".repeat(700);
    writer.line("stdout", "short").line("stdout", "y".repeat(5_000));
    writer.partial("stdout", half).rest("stdout", half, half).line("stdout", "z".repeat(1_000));
    try (CentralPeer centre = CentralPeer.start(folder, "PUSH")) {
      node.route(table(centre, ", maxLineBytes: 1000"));
      try (AgentProcess agent = AgentProcess.start(node)) {
        centre.awaitLines(
            "app", List.of("short", "y".repeat(1_000), half + "x".repeat(300), "z".repeat(1_000)));
        FeedAccounts.assertDiscovered(agent, writer, "all");
        assertThat(agent.metric(DROPPED_LINES, "truncated")).isEqualTo(2);
        assertThat(agent.metric(DROPPED_BYTES, "truncated")).isEqualTo(4_400);
      }
    }
  }

  @Test
  void shouldDropTheNewestAndCountThemWhenABacklogIsBounded() {
    ContainerWriter writer = node.container("team-a", "ring", "app");
    try (CentralPeer centre = CentralPeer.away(folder, "PUSH")) {
      node.route(table(centre, ", options: {mode: non-blocking, max-buffer-size: 100k}"));
      try (AgentProcess agent = AgentProcess.start(node)) {
        writer.lines(20_000);
        await()
            .atMost(LONG)
            .until(() -> agent.metric("logroute_agent_lag_bytes") == writer.bytes());
        await("the stall to be seen").pollDelay(Duration.ofSeconds(3)).until(() -> true);
        centre.start();
        await().atMost(LONG).until(() -> agent.metric(DROPPED_LINES, "buffer_full") > 0);
        FeedAccounts.assertDiscovered(agent, writer, "all");
        int sent = (int) agent.metric("logroute_agent_sent_lines_total");
        CentralPeer.assertSame(centre.lines("app"), writer.stdout().subList(0, sent));
        assertThat(sent + agent.metric(DROPPED_LINES, "buffer_full")).isEqualTo(20_000);
        assertThat(sent * (double) writer.bytes() / 20_000).isBetween(50_000.0, 200_000.0);
        writer.lines(1);
        centre.awaitCount(sent + 1);
        assertThat(centre.lines("app").getLast()).isEqualTo(writer.stdout().getLast());
      }
    }
  }

  @Test
  void shouldRunTheGoodRouteWhenAnotherOneNamesNoEndpoint() {
    ContainerWriter good = node.container("team-a", "good", "app");
    ContainerWriter bad = node.container("team-a", "bad", "app");
    good.lines(100);
    bad.lines(100);
    try (CentralPeer centre = CentralPeer.start(folder, "PUSH")) {
      node.route(
          new TableText()
              .endpoint("central", centre, "PUSH")
              .route("good, driver: zmq, endpoint: central")
              .route("lost, driver: zmq")
              .pod(
                  "namespace: team-a, name: good",
                  "{name: app, routes: [{route: good, tenantId: t, serviceId: app}]}")
              .pod(
                  "namespace: team-a, name: bad",
                  "{name: app, routes: [{route: lost, tenantId: t, serviceId: app}]}")
              .text());
      try (AgentProcess agent = AgentProcess.start(node)) {
        centre.awaitLines("app", good.stdout());
        good.lines(10);
        centre.awaitLines("app", good.stdout());
        assertThat(agent.log())
            .contains("route lost cannot run: a route with driver zmq names no endpoint")
            .doesNotContain("the conductor has ended");
        assertThat(agent.get("/healthz").statusCode()).isEqualTo(200);
      }
    }
  }
}
