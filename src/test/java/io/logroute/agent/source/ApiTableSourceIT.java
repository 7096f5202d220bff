// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logroute.cluster.ControlPlane;
import io.logroute.cluster.Kubectl;
import io.logroute.cluster.SharedApiServer;
import io.logroute.table.NodeRouteTable;
import io.logroute.table.TableStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The table of a node, followed in a real API server. */
@ExtendWith(SharedApiServer.class)
class ApiTableSourceIT {

  private static final Duration SOON = Duration.ofSeconds(5);

  @TempDir Path state;

  private final RecordingListener listener = new RecordingListener();
  private ControlPlane cluster;
  private Kubectl kubectl;
  private String node;
  private final Deque<ApiTableSource> sources = new ArrayDeque<>();

  @BeforeEach
  void nameNode(ControlPlane cluster, Kubectl kubectl) {
    this.cluster = cluster;
    this.kubectl = kubectl;
    node = cluster.unique("source-node");
  }

  @AfterEach
  void closeSource() {
    sources.forEach(ApiTableSource::close);
    cluster.startApiServer();
    kubectl.run("delete", "noderoutetable", node, "--ignore-not-found");
  }

  @Test
  void shouldTellTheTableWhenItIsThereAndWhenItChanges() throws Exception {
    apply("one");
    startSource();
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(listener.routesOfLast()).containsExactly("one"));

    apply("one", "two");
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(listener.routesOfLast()).containsExactly("one", "two"));

    assertThat(listener.tables).extracting(NodeRouteTable::generation).containsExactly(1L, 2L);
    assertThat(listener.tables.getLast().node()).isEqualTo(node);
    assertThat(listener.problems).isEmpty();
  }

  @Test
  void shouldWaitWhenThereIsNoTableYet() throws Exception {
    kubectl.apply(table(cluster.unique("other-node"), "of-another-node")).orFail();
    try (CapturedLog log = new CapturedLog()) {
      startSource();
      await()
          .atMost(SOON)
          .untilAsserted(
              () ->
                  assertThat(log.lines("INFO", ApiTableSource.class))
                      .anyMatch(line -> line.contains("no table for node " + node + " yet")));
      assertThat(listener.tables).isEmpty();

      apply("late");

      await()
          .atMost(SOON)
          .untilAsserted(() -> assertThat(listener.routesOfLast()).containsExactly("late"));
      assertThat(log.lines("WARN", ApiTableSource.class)).isEmpty();
    }
  }

  @Test
  void shouldKeepTheLastTableWhenTheObjectIsDeletedAndTakeTheNextOne() throws Exception {
    apply("before");
    startSource();
    await().atMost(SOON).until(() -> listener.tables.size() == 1);

    try (CapturedLog log = new CapturedLog()) {
      kubectl.run("delete", "noderoutetable", node).orFail();
      await().atMost(SOON).until(() -> log.lines("INFO", ApiTableSource.class).size() == 1);
    }
    assertThat(listener.routesOfLast()).containsExactly("before");

    apply("after");
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(listener.routesOfLast()).containsExactly("after"));
  }

  @Test
  void shouldChangeNothingWhenTheNewestTableIsUnusable() throws Exception {
    apply("good");
    startSource();
    await().atMost(SOON).until(() -> listener.tables.size() == 1);

    kubectl
        .apply(
            table(node, "good").replace("routes:", "routes:\n  - {name: bad, endpoint: nowhere}"))
        .orFail();

    await().atMost(SOON).until(() -> !listener.problems.isEmpty());
    assertThat(listener.problems)
        .singleElement()
        .asString()
        .contains(node, "generation 2", "nowhere");
    assertThat(listener.tables).hasSize(1);
    assertThat(Files.readString(state.resolve("table.json")))
        .contains("good")
        .doesNotContain("nowhere");
  }

  @Test
  void shouldComeBackWithOneLineWhenTheApiServerWasKilled() throws Exception {
    apply("before");
    startSource();
    await().atMost(SOON).until(() -> listener.tables.size() == 1);

    try (CapturedLog log = new CapturedLog()) {
      cluster.killApiServer();
      await().atMost(SOON).until(() -> !log.lines("WARN", ApiTableSource.class).isEmpty());
      cluster.startApiServer();
      apply("before", "after");

      await()
          .atMost(SOON)
          .untilAsserted(
              () -> assertThat(listener.routesOfLast()).containsExactly("before", "after"));
      await().atMost(SOON).until(() -> !log.lines("INFO", ApiTableSource.class).isEmpty());
      assertThat(log.lines("WARN", ApiTableSource.class))
          .singleElement()
          .asString()
          .contains(cluster.url());
      assertThat(log.lines("INFO", ApiTableSource.class))
          .singleElement()
          .asString()
          .contains("works again");
    }
    assertThat(listener.tables).hasSize(2);
  }

  @Test
  void shouldStartWithTheStoredTableWhenTheApiServerIsAway() throws Exception {
    apply("kept");
    startSource();
    await().atMost(SOON).until(() -> Files.exists(state.resolve("table.json")));
    sources.removeFirst().close();
    listener.tables.clear();
    cluster.stopApiServer();

    startSource();
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(listener.routesOfLast()).containsExactly("kept"));

    cluster.startApiServer();
    apply("kept", "new");
    await()
        .atMost(Duration.ofSeconds(15))
        .untilAsserted(() -> assertThat(listener.routesOfLast()).containsExactly("kept", "new"));
    assertThat(listener.tables).as("the stored one is not told again").hasSize(2);
  }

  @Test
  void shouldTakeTheTokenThatStandsInTheFileNow() throws Exception {
    Path folder = serviceAccountFolder();
    String good = Files.readString(folder.resolve("token"));
    Files.writeString(folder.resolve("token"), "not-a-token");
    apply("one");
    try (CapturedLog log = new CapturedLog()) {
      startSource(
          ApiServerConfig.inCluster(
              Map.of(
                  "KUBERNETES_SERVICE_HOST",
                  "127.0.0.1",
                  "KUBERNETES_SERVICE_PORT",
                  String.valueOf(cluster.port())),
              folder));
      await().atMost(SOON).until(() -> !log.lines("WARN", ApiTableSource.class).isEmpty());
      assertThat(log.lines("WARN", ApiTableSource.class))
          .singleElement()
          .asString()
          .contains("401");
      assertThat(listener.tables).isEmpty();

      Files.writeString(folder.resolve("token"), good);

      await().atMost(Duration.ofSeconds(10)).until(() -> listener.tables.size() == 1);
      await().atMost(SOON).until(() -> !log.lines("INFO", ApiTableSource.class).isEmpty());
      assertThat(log.lines("WARN", ApiTableSource.class)).hasSize(1);
    }
  }

  @Test
  void shouldSayWhichRightIsMissing() throws Exception {
    String namespace = cluster.createNamespace("no-rights");
    kubectl.run("create", "serviceaccount", "agent", "-n", namespace).orFail();
    String token = kubectl.run("create", "token", "agent", "-n", namespace).orFail().out().strip();
    Path kubeconfig = Files.writeString(state.resolve("kubeconfig"), cluster.kubeconfig(token));
    try (CapturedLog log = new CapturedLog()) {
      startSource(ApiServerConfig.fromKubeconfig(kubeconfig));

      await().atMost(SOON).until(() -> !log.lines("WARN", ApiTableSource.class).isEmpty());
      assertThat(log.lines("WARN", ApiTableSource.class))
          .singleElement()
          .asString()
          .contains("403", namespace + ":agent", "cannot list resource", "noderoutetables");
    }
  }

  @Test
  void shouldReportTheStatusAndTakeAwayWhatIsNoLongerWrong() throws Exception {
    apply("one");
    startSource();
    await().atMost(SOON).until(() -> listener.tables.size() == 1);

    Instant since = Instant.parse("2026-11-22T15:00:00Z");
    sources
        .getFirst()
        .report(
            new TableStatus(
                1L,
                "the newest one is broken",
                List.of(
                    new TableStatus.RouteReport(
                        "one", List.of(new TableStatus.Problem(since, "nobody listens"))))));
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(status())
                    .contains(
                        "\"observedGeneration\":1",
                        "the newest one is broken",
                        "nobody listens",
                        "2026-11-22T15:00:00Z"));

    sources.getFirst().report(new TableStatus(1L, null, List.of()));
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(status())
                    .contains("\"observedGeneration\":1")
                    .doesNotContain("broken", "nobody"));
    assertThat(listener.tables).as("a change of the status is none of the table").hasSize(1);
  }

  @Test
  void shouldReportAgainWhenTheObjectIsAnotherOne() throws Exception {
    apply("one");
    startSource();
    await().atMost(SOON).until(() -> listener.tables.size() == 1);
    sources.getFirst().report(new TableStatus(1L, null, List.of()));
    await().atMost(SOON).until(() -> status().contains("observedGeneration"));

    kubectl.run("delete", "noderoutetable", node).orFail();
    apply("one");
    await().atMost(SOON).until(() -> listener.tables.size() == 2);

    await().atMost(SOON).until(() -> status().contains("observedGeneration"));
  }

  @Test
  void shouldReportOnceTheApiServerIsBack() throws Exception {
    apply("one");
    startSource();
    await().atMost(SOON).until(() -> listener.tables.size() == 1);
    cluster.killApiServer();
    sources.getFirst().report(new TableStatus(1L, null, List.of()));

    cluster.startApiServer();

    await().atMost(Duration.ofSeconds(10)).until(() -> status().contains("observedGeneration"));
  }

  private void startSource() throws Exception {
    startSource(ApiServerConfig.fromKubeconfig(cluster.kubeconfig()));
  }

  private void startSource(ApiServerConfig config) {
    sources.addFirst(new ApiTableSource(node, config, new TableStore(state)));
    sources.getFirst().start(listener);
  }

  /** As kubelet mounts it, with the rights of an agent. */
  private Path serviceAccountFolder() throws Exception {
    String namespace = cluster.createNamespace("agent");
    kubectl.run("create", "serviceaccount", "agent", "-n", namespace).orFail();
    kubectl
        .run(
            "create",
            "clusterrole",
            namespace,
            "--verb=get,list,watch",
            "--resource=noderoutetables.logroute.io")
        .orFail();
    kubectl
        .run(
            "create",
            "clusterrolebinding",
            namespace,
            "--clusterrole=" + namespace,
            "--serviceaccount=" + namespace + ":agent")
        .orFail();
    Path folder = Files.createDirectories(state.resolve("serviceaccount"));
    Files.copy(cluster.certificateAuthority(), folder.resolve("ca.crt"));
    Files.writeString(
        folder.resolve("token"),
        kubectl.run("create", "token", "agent", "-n", namespace).orFail().out());
    return folder;
  }

  private String status() {
    return kubectl.run("get", "noderoutetable", node, "-o", "jsonpath={.status}").orFail().out();
  }

  private void apply(String... routes) {
    kubectl.apply(table(node, routes)).orFail();
  }

  private static String table(String node, String... routes) {
    StringBuilder yaml =
        new StringBuilder(
            """
            apiVersion: logroute.io/v1alpha1
            kind: NodeRouteTable
            metadata: {name: %s}
            spec:
              routes:
            """
                .formatted(node));
    for (String route : routes) {
      yaml.append("  - {name: ").append(route).append(", driver: none}\n");
    }
    return yaml.toString();
  }
}
