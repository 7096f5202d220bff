// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import static io.logroute.operator.controller.OperatorFixture.condition;
import static io.logroute.operator.controller.OperatorFixture.ready;
import static io.logroute.operator.controller.OperatorFixture.soon;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Condition;
import io.logroute.api.v1alpha1.LogAgent;
import io.logroute.api.v1alpha1.NodeRouteTable;
import io.logroute.api.v1alpha1.NodeRouteTableSpec;
import io.logroute.api.v1alpha1.Problem;
import io.logroute.cluster.ControlPlane;
import io.logroute.cluster.SharedApiServer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** What routes and LogAgents are told when not all is well, on a real API server. */
@ExtendWith(SharedApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HonestStatusIT {

  private final ControlPlane cluster;
  private final OperatorFixture fixture;

  HonestStatusIT(ControlPlane cluster) {
    this.cluster = cluster;
    fixture = OperatorFixture.start(cluster);
  }

  @AfterAll
  void stop() {
    fixture.close();
  }

  @Test
  void shouldSayThatNoPodMatchesThatAnotherOverridesAndThatAgentsRunElsewhere() {
    String namespace = fixture.namespace("", "");
    String uncovered = cluster.unique("elsewhere");
    fixture.apply("{apiVersion: v1, kind: Node, metadata: {name: %s}}".formatted(uncovered));
    fixture.pod(namespace, "web", uncovered, "app: web");
    fixture.pod(namespace, "quiet", fixture.node(), "app: quiet");
    fixture.route(namespace, "nothing", "{selector: {matchLabels: {app: x}}, driver: none}");
    fixture.route(
        namespace, "web", "{selector: {matchLabels: {app: web}}, zmqAddress: 'tcp://a:1'}");
    fixture.route(
        namespace, "loud", "{selector: {matchLabels: {app: quiet}}, zmqAddress: 'tcp://a:1'}");
    fixture.route(namespace, "quiet", "{selector: {matchLabels: {app: quiet}}, driver: none}");

    soon()
        .untilAsserted(
            () -> {
              assertThat(ready(fixture.route(namespace, "nothing")))
                  .isEqualTo("True NoMatchingPods: no pod has a container that the route selects");
              assertThat(ready(fixture.route(namespace, "web")))
                  .isEqualTo(
                      "False NoLogAgent: no LogAgent covers 1 of 1 node, ask the platform team for"
                          + " one: "
                          + uncovered);
              assertThat(ready(fixture.route(namespace, "loud")))
                  .isEqualTo(
                      "True Overridden: every container that the route selects is left to LogRoute "
                          + namespace
                          + "/quiet");
            });
    fixture.client().nodes().withName(uncovered).delete();
  }

  @Test
  void shouldPassOnWhatNodesReportAndWhatWasReplaced() {
    String namespace = fixture.namespace("", "");
    String node = fixture.node();
    fixture.pod(namespace, "web", node, "app: web");
    fixture.route(
        namespace, "web", "{zmqAddress: 'tcp://a:1', tenantId: {fromLabel: tenant, default: t0}}");
    fixture.awaitTable(node, table -> !table.routes().isEmpty());
    fixture.agentReports(
        node,
        ("{observedGeneration: 99, routes: [{route: %s/web, problems: [{since:"
                + " '2026-01-01T00:00:00Z', message: 3 lines dropped}]}]}")
            .formatted(namespace));

    soon()
        .untilAsserted(
            () ->
                assertThat(fixture.route(namespace, "web").getStatus().problems())
                    .containsExactly(
                        new Problem(node, "2026-01-01T00:00:00Z", "3 lines dropped"),
                        new Problem(
                            null,
                            null,
                            "pod web: label tenant gives no tenantId; its lines go out as 't0'")));
  }

  @Test
  void shouldKeepTheLastGoodTableWhenTheNextWouldPassOneMebibyte() {
    String namespace = fixture.namespace("", "");
    String node = fixture.node();
    fixture.pod(namespace, "small", node, "app: small");
    String route = "r".repeat(240);
    fixture.route(
        namespace,
        route,
        "{zmqAddress: 'tcp://a:1', tenantId: {value: %1$s}, serviceId: {value: %1$s}}"
            .formatted("t".repeat(128)));
    NodeRouteTableSpec good = fixture.awaitTable(node, table -> !table.routes().isEmpty());

    fixture.kubectl().runWithInput(large(namespace, "large-1", node), "create", "-f", "-").orFail();
    fixture.kubectl().runWithInput(large(namespace, "large-2", node), "create", "-f", "-").orFail();

    soon()
        .untilAsserted(
            () ->
                assertThat(condition(fixture.route(namespace, route), "Programmed"))
                    .isEqualTo(
                        "False TableTooLarge: the route table of 1 of 1 node would pass 1 MiB, so"
                            + " that the last one stays there: put fewer pods on them, or use fewer"
                            + " routes: "
                            + node));
    soon()
        .untilAsserted(
            () -> assertThat(agentReady(fixture.name())).startsWith("False TableTooLarge"));
    NodeRouteTable table = requireNonNull(fixture.table(node));
    assertThat(table.getSpec().pods()).extracting(NodeRouteTableSpec.Pod::name).contains("small");
    assertThat(table.getSpec().pods()).hasSizeLessThan(3);
    assertThat(good.pods()).hasSize(1);

    fixture.kubectl().run("delete", "lr", route, "-n", namespace).orFail();
    fixture.awaitTable(node, t -> t.pods().size() == 3 && t.routes().isEmpty());
    soon()
        .untilAsserted(
            () -> assertThat(agentReady(fixture.name())).doesNotContain("TableTooLarge"));
  }

  private static String large(String namespace, String name, String node) {
    String containers =
        IntStream.range(0, 900)
            .mapToObj(i -> "{name: %s%04d, image: i}".formatted("c".repeat(59), i))
            .collect(Collectors.joining(", "));
    return """
        apiVersion: v1
        kind: Pod
        metadata: {name: %s, namespace: %s}
        spec: {nodeName: %s, containers: [%s]}
        """
        .formatted(name, namespace, node, containers);
  }

  @Test
  void shouldRefuseALogAgentThatWouldShareNodesWithAnOlderOne() {
    String node = fixture.node();
    fixture.awaitTable(node, table -> true);
    String second = cluster.unique("second");
    fixture.apply(
        """
        apiVersion: logroute.io/v1alpha1
        kind: LogAgent
        metadata: {name: %s}
        spec: {nodeSelector: {fixture: %s}}
        """
            .formatted(second, fixture.name()));

    soon()
        .untilAsserted(
            () ->
                assertThat(agentReady(second))
                    .startsWith("False NodesOverlap: LogAgent " + fixture.name() + " covers")
                    .contains("and a node has one agent: change one of the node selectors: "));
    assertThat(
            fixture
                .client()
                .apps()
                .daemonSets()
                .inNamespace(OperatorFixture.SYSTEM)
                .withName("logroute-agent-" + second)
                .get())
        .isNull();
    assertThat(
            requireNonNull(fixture.table(node))
                .getMetadata()
                .getOwnerReferences()
                .getFirst()
                .getName())
        .isEqualTo(fixture.name());

    fixture.kubectl().run("delete", "logagent", second).orFail();
  }

  private String agentReady(String name) {
    LogAgent agent = fixture.client().resources(LogAgent.class).withName(name).get();
    for (Condition c : requireNonNull(agent.getStatus().conditions())) {
      if (c.getType().equals("Ready")) {
        return c.getStatus() + " " + c.getReason() + ": " + c.getMessage();
      }
    }
    return "";
  }
}
