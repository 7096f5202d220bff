// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import static io.logroute.operator.controller.OperatorFixture.ready;
import static io.logroute.operator.controller.OperatorFixture.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.logroute.api.v1alpha1.LogRoute;
import io.logroute.api.v1alpha1.NodeRouteTable;
import io.logroute.cluster.ControlPlane;
import io.logroute.cluster.FakeAgents;
import io.logroute.cluster.SharedApiServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** One bad route harms no other: three of them beside 200 that are well. */
@ExtendWith(SharedApiServer.class)
class ManyRoutesIT {

  private static final int NAMESPACES = 10;
  private static final int ROUTES_EACH = 20;

  @Test
  void shouldKeepTwoHundredRoutesReadyBesideAnInvalidAnUnresolvedAndAGreedyOne(
      ControlPlane cluster) {
    try (OperatorFixture fixture = OperatorFixture.start(cluster);
        FakeAgents agents = new FakeAgents(cluster.client(), table -> {})) {
      List<String> namespaces = new ArrayList<>();
      List<String> nodes = new ArrayList<>();
      for (int n = 0; n < NAMESPACES; n++) {
        String namespace = fixture.namespace("", "");
        String node = fixture.node();
        namespaces.add(namespace);
        nodes.add(node);
        fixture.apply(
            IntStream.range(0, ROUTES_EACH)
                .mapToObj(i -> routeAndPod(namespace, node, i))
                .collect(Collectors.joining("---\n")));
      }
      awaitReady(fixture, namespaces);
      Map<String, Long> before = generations(fixture, nodes);

      fixture.route(
          namespaces.get(0), "invalid", "{zmqAddress: 'tcp://a:1', options: {tag: '{{.No}}'}}");
      fixture.route(namespaces.get(1), "unresolved", "{endpointRef: {name: nowhere}}");
      fixture.route(namespaces.get(2), "greedy", "{zmqAddress: 'tcp://b:1'}");

      soon()
          .untilAsserted(
              () -> {
                assertThat(ready(fixture.route(namespaces.get(0), "invalid")))
                    .startsWith("False InvalidSpec");
                assertThat(ready(fixture.route(namespaces.get(1), "unresolved")))
                    .startsWith("False EndpointNotFound");
                assertThat(ready(fixture.route(namespaces.get(2), "greedy")))
                    .startsWith("True Ready");
              });
      awaitReady(fixture, namespaces);
      Map<String, Long> after = generations(fixture, nodes);
      assertThat(after.remove(nodes.get(2))).isGreaterThan(before.remove(nodes.get(2)));
      assertThat(after).as("no other node's table changed").isEqualTo(before);
      assertThat(agents).isNotNull();
    }
  }

  private static String routeAndPod(String namespace, String node, int number) {
    return """
        apiVersion: logroute.io/v1alpha1
        kind: LogRoute
        metadata: {name: good-%2$d, namespace: %1$s}
        spec: {selector: {matchLabels: {app: a%2$d}}, zmqAddress: 'tcp://a:1'}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: pod-%2$d, namespace: %1$s, labels: {app: a%2$d}}
        spec: {nodeName: %3$s, containers: [{name: app, image: none}]}
        """
        .formatted(namespace, number, node);
  }

  private static void awaitReady(OperatorFixture fixture, List<String> namespaces) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(3))
        .pollInterval(Duration.ofSeconds(1))
        .untilAsserted(
            () -> {
              for (String namespace : namespaces) {
                List<LogRoute> routes =
                    fixture
                        .client()
                        .resources(LogRoute.class)
                        .inNamespace(namespace)
                        .list()
                        .getItems();
                assertThat(routes)
                    .filteredOn(route -> route.getMetadata().getName().startsWith("good-"))
                    .hasSize(ROUTES_EACH)
                    .allSatisfy(route -> assertThat(ready(route)).startsWith("True Ready"));
              }
            });
  }

  private static Map<String, Long> generations(OperatorFixture fixture, List<String> nodes) {
    return fixture.client().resources(NodeRouteTable.class).list().getItems().stream()
        .filter(table -> nodes.contains(table.getMetadata().getName()))
        .collect(
            Collectors.toMap(
                table -> table.getMetadata().getName(),
                table -> table.getMetadata().getGeneration()));
  }
}
