// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import static io.logroute.operator.controller.OperatorFixture.ready;
import static io.logroute.operator.controller.OperatorFixture.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.logroute.cluster.ControlPlane;
import io.logroute.cluster.SharedApiServer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Events on a real API server, with the operator's own rights. */
@ExtendWith(SharedApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TransitionsIT {

  private final ControlPlane cluster;
  private final OperatorFixture fixture;

  TransitionsIT(ControlPlane cluster) {
    this.cluster = cluster;
    fixture = OperatorFixture.start(cluster);
  }

  @AfterAll
  void stop() {
    fixture.close();
  }

  @Test
  void shouldTellEachTransitionOfARouteOnceAndNothingWhileItStaysAsItIs() {
    String namespace = fixture.namespace("", "");
    String node = fixture.node();
    String endpoint = cluster.unique("central");
    fixture.pod(namespace, "web", node, "app: web");
    fixture.route(namespace, "web", "{endpointRef: {name: %s}}".formatted(endpoint));
    soon()
        .untilAsserted(
            () -> assertThat(told(namespace, "web")).containsExactly("Warning EndpointNotFound"));

    fixture.endpoint(endpoint, "{addresses: ['tcp://10.0.0.5:5555']}");
    fixture.awaitTable(node, table -> !table.routes().isEmpty());
    fixture.agentRuns(node);
    soon()
        .untilAsserted(
            () ->
                assertThat(told(namespace, "web"))
                    .containsExactly("Warning EndpointNotFound", "Normal Ready"));
    assertThat(told("default", endpoint)).containsExactly("Normal Ready");

    for (int i = 0; i < 3; i++) {
      fixture.kubectl().run("annotate", "lr", "web", "-n", namespace, "n=" + i, "--overwrite");
      fixture.kubectl().run("label", "pod", "web", "-n", namespace, "n=" + i, "--overwrite");
    }
    fixture.restart();
    awaitMillis(3_000);
    assertThat(told(namespace, "web")).hasSize(2);
    assertThat(told("default", endpoint)).hasSize(1);

    fixture.agentReports(
        node,
        "{routes: [{route: %s/web, problems: [{message: not reachable}]}]}".formatted(namespace));
    soon()
        .untilAsserted(
            () ->
                assertThat(told(namespace, "web"))
                    .containsExactly(
                        "Warning EndpointNotFound", "Normal Ready", "Warning NodeTrouble"));
    assertThat(ready(fixture.route(namespace, "web"))).startsWith("False NodeTrouble");
    assertThat(fixture.kubectl().run("describe", "lr", "web", "-n", namespace).orFail().out())
        .contains("NodeTrouble", "logroute.io/operator", "not reachable");
  }

  @Test
  void shouldTellTransitionsOfClusterRoutesAndAgents() {
    String route = cluster.unique("audit");
    fixture.clusterRoute(route, "{endpointRef: {name: nowhere}}");

    soon()
        .untilAsserted(
            () -> {
              assertThat(told("default", route)).containsExactly("Warning EndpointNotFound");
              assertThat(
                      fixture
                          .client()
                          .resources(io.logroute.api.v1alpha1.LogAgent.class)
                          .withName(fixture.name())
                          .get()
                          .getStatus()
                          .conditions())
                  .isNotEmpty();
            });
    fixture
        .kubectl()
        .run(
            "patch",
            "logagent",
            fixture.name(),
            "--type=merge",
            "-p",
            "{\"spec\":{\"stateDir\":\"/var/../etc\"}}")
        .orFail();
    soon()
        .untilAsserted(
            () -> assertThat(told("default", fixture.name())).contains("Warning InvalidSpec"));
    fixture
        .kubectl()
        .run(
            "patch",
            "logagent",
            fixture.name(),
            "--type=merge",
            "-p",
            "{\"spec\":{\"stateDir\":\"/var/lib/logroute\"}}")
        .orFail();
  }

  private List<String> told(String namespace, String object) {
    return fixture.client().events().v1().events().inNamespace(namespace).list().getItems().stream()
        .filter(event -> object.equals(event.getRegarding().getName()))
        .sorted(java.util.Comparator.comparing((Event event) -> event.getEventTime().getTime()))
        .map(event -> event.getType() + " " + event.getReason())
        .toList();
  }

  private static void awaitMillis(long millis) {
    await()
        .pollDelay(Duration.ofMillis(millis))
        .atMost(Duration.ofMillis(millis + 5_000))
        .until(() -> true);
  }
}
