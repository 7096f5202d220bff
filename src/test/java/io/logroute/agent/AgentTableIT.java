// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a table says is what is done, and its changes are followed. */
class AgentTableIT {

  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path folder;

  private NodeFolders node;

  @BeforeEach
  void prepare() {
    node = new NodeFolders(folder);
  }

  @Test
  void shouldFollowTheRoutesFileWhenItChanges() {
    ContainerWriter writer = node.container("team-a", "web", "app");
    try (CentralPeer centre = CentralPeer.start(folder, "PUB")) {
      node.route(everything(centre, "first", "{{.PodName}}"));
      try (AgentProcess agent = AgentProcess.start(node)) {
        writer.line("stdout", "one");
        centre.awaitLines("first", List.of("one"));

        node.route("apiVersion: logroute.io/v1alpha1\nkind: NodeRouteTable\nspec: [\n");
        await().atMost(LONG).until(() -> agent.logged("ERROR") == 1);
        writer.line("stdout", "two");
        centre.awaitLines("first", List.of("one", "two"));

        node.route(everything(centre, "first", "{{.Namespace}}"));
        await().atMost(LONG).until(() -> agent.logged(" pod entries") == 2);
        await("the conductor").pollDelay(Duration.ofMillis(500)).until(() -> true);
        writer.line("stdout", "three");
        centre.awaitLines("first", List.of("one", "two", "three"));
        assertThat(centre.received().stream().map(CentralPeer.Received::tag))
            .containsExactly("web", "web", "team-a");

        node.route(
            TableText.everything(centre, "PUB")
                .route("second, driver: zmq, endpoint: central")
                .text()
                .replace(
                    "tenantId: t, serviceId: app}",
                    "tenantId: t, serviceId: first}, "
                        + "{route: second, tenantId: t, serviceId: second}"));
        centre.awaitLines("second", List.of("one", "two", "three"));
        writer.line("stdout", "four");
        centre.awaitLines("first", List.of("one", "two", "three", "four"));
        centre.awaitLines("second", List.of("one", "two", "three", "four"));

        node.route(new TableText().all().text());
        await().atMost(LONG).until(() -> agent.metric("logroute_agent_open_files") == 0);
        writer.line("stdout", "five");
        await("silence")
            .during(Duration.ofMillis(1_500))
            .atMost(LONG)
            .until(() -> centre.received().size() == 8);
        assertThat(agent.logged("ERROR")).isEqualTo(1);
      }
    }
  }

  private static String everything(CentralPeer centre, String service, String tag) {
    return new TableText()
        .endpoint("central", centre, "PUB")
        .route("all, driver: zmq, endpoint: central, options: {tag: '" + tag + "'}")
        .all("{route: all, tenantId: t, serviceId: " + service + "}")
        .text();
  }

  @Test
  void shouldKeepOthersGoingWhenRoutesComeAndGoUnderLoad() {
    ContainerWriter steady = node.container("team-a", "steady", "app");
    ContainerWriter fickle = node.container("team-a", "fickle", "app");
    steady.lines(60_000);
    fickle.lines(60_000);
    try (CentralPeer centre = CentralPeer.start(folder, "PUSH")) {
      String with =
          twoPods(centre, "{name: app, routes: [{route: all, tenantId: t, serviceId: f}]}");
      String without = twoPods(centre);
      node.route(with);
      try (AgentProcess agent = AgentProcess.start(node)) {
        for (int change = 1; change <= 4; change++) {
          node.route(change % 2 == 1 ? without : with);
          int count = change + 1;
          await().atMost(LONG).until(() -> agent.logged("in force") == count);
        }
        centre.awaitLines("s", steady.stdout());
        assertThat(agent.log()).doesNotContain("ERROR");
        FeedAccounts.assertDiscovered(agent, steady, "all");
      }
    }
  }

  private static String twoPods(CentralPeer centre, String... containers) {
    return new TableText()
        .endpoint("central", centre, "PUSH")
        .route("all, driver: zmq, endpoint: central")
        .pod(
            "namespace: team-a, name: steady",
            "{name: app, routes: [{route: all, tenantId: t, serviceId: s}]}")
        .pod("namespace: team-a, name: fickle", containers)
        .text();
  }

  @Test
  void shouldDoWhatRoutesSayOfStreamsContainersAndDrivers() throws IOException {
    ContainerWriter app = node.container("team-a", "web", "app-1");
    ContainerWriter sidecar = node.container("team-a", "web", "sidecar");
    ContainerWriter other = node.container("team-b", "db", "app-1");
    ContainerWriter kept = node.container("team-c", "audit", "main");
    for (ContainerWriter writer : List.of(app, sidecar, other, kept)) {
      writer.line("stdout", "out of " + writer.key()).line("stderr", "err of " + writer.key());
    }
    try (CentralPeer centre = CentralPeer.start(folder, "PUB", "wanted")) {
      node.route(
          new TableText()
              .endpoint("central", centre, "PUB")
              .route("out, driver: zmq, endpoint: central, streams: [stdout]")
              .route("err, driver: zmq, endpoint: central, streams: [stderr]")
              .route("silent, driver: none")
              .route("disk, driver: json-file, options: {max-size: 1m, max-file: '2'}")
              .pod(
                  "namespace: team-a, name: 'we?'",
                  "{name: 'app-*', routes: [{route: out, tenantId: wanted-1, serviceId: o},"
                      + " {route: err, tenantId: wanted-2, serviceId: e}]}")
              .pod(
                  "namespace: team-b, name: '*'",
                  "{name: '*', routes: [{route: out, tenantId: other, serviceId: x},"
                      + " {route: silent, tenantId: t, serviceId: x}]}")
              .pod(
                  "namespace: team-c, name: '*'",
                  "{name: '*', routes: [{route: disk, tenantId: t, serviceId: d}]}")
              .text());
      try (AgentProcess agent = AgentProcess.start(node)) {
        centre.awaitLines("o", List.of("out of " + app.key()));
        centre.awaitLines("e", List.of("err of " + app.key()));
        Path records = node.state().resolve("json-file").resolve(kept.key()).resolve("0-json.log");
        await()
            .atMost(LONG)
            .until(() -> Files.exists(records) && Files.readAllLines(records).size() == 2);
        assertThat(Files.readAllLines(records).getFirst())
            .startsWith(
                "{\"log\":\"out of " + kept.key() + "\\n\",\"stream\":\"stdout\",\"time\":\"2");
        assertThat(Files.readAllLines(records).getLast()).contains("\"stream\":\"stderr\"");
        await()
            .atMost(LONG)
            .until(
                () ->
                    agent.metric(
                            "logroute_agent_dropped_lines_total", "unsubscribed", "route=\"out\"")
                        == 1);
        FeedAccounts.assertDiscovered(agent, app, "out");
        FeedAccounts.assertDiscovered(agent, app, "err");
        FeedAccounts.assertDiscovered(agent, other, "out");
        FeedAccounts.assertDiscovered(agent, kept, "disk");
        assertThat(FeedAccounts.bytes(FeedAccounts.feed(agent, app.key(), "err"), "notSelected"))
            .isPositive();
        assertThat(centre.received()).hasSize(2);
        assertThat(sidecar.stdout()).hasSize(1);
      }
    }
  }
}
