// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import static io.logroute.operator.controller.OperatorFixture.ready;
import static io.logroute.operator.controller.OperatorFixture.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.logroute.api.v1alpha1.NodeRouteTableSpec;
import io.logroute.api.v1alpha1.NodeRouteTableSpec.Assignment;
import io.logroute.cluster.ControlPlane;
import io.logroute.cluster.SharedApiServer;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** ClusterLogRoutes on a real API server, with the operator's own rights. */
@ExtendWith(SharedApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClusterLogRouteIT {

  private final ControlPlane cluster;
  private final OperatorFixture fixture;

  ClusterLogRouteIT(ControlPlane cluster) {
    this.cluster = cluster;
    fixture = OperatorFixture.start(cluster);
  }

  @AfterAll
  void stop() {
    fixture.close();
  }

  @Test
  void shouldRouteThePodsOfTheNamespacesItSelectsAndFollowTheirLabels() {
    String mark = cluster.unique("mark");
    String in = fixture.namespace("mark: " + mark, "");
    String out = fixture.namespace("", "");
    String node = fixture.node();
    fixture.pod(in, "web", node, "tenant_id: t1");
    fixture.pod(out, "web", node, "tenant_id: t2");
    String route = cluster.unique("audit");
    fixture.clusterRoute(
        route,
        "{namespaceSelector: {matchLabels: {mark: %s}}, zmqAddress: 'tcp://10.0.0.5:5555'}"
            .formatted(mark));

    NodeRouteTableSpec table = fixture.awaitTable(node, t -> !t.routes().isEmpty());
    assertThat(table.routes().getFirst().name()).isEqualTo(route);
    assertThat(routesOf(table, in)).containsExactly(new Assignment(route, "t1", "default"));
    assertThat(routesOf(table, out)).isEmpty();

    fixture.kubectl().run("label", "namespace", out, "mark=" + mark).orFail();
    assertThat(
            routesOf(fixture.awaitTable(node, t -> !routesOf(t, out).isEmpty()), out)
                .getFirst()
                .tenantId())
        .isEqualTo("t2");
    fixture.agentRuns(node);
    soon()
        .untilAsserted(
            () -> assertThat(ready(fixture.clusterRoute(route))).startsWith("True Ready"));
    assertThat(fixture.clusterRoute(route).getStatus().matchedPods()).isEqualTo(2);
    assertThat(fixture.kubectl().run("get", "clr", route, "--no-headers").orFail().out())
        .matches(
            route
                + " +True +Ready +Default +env TENANT_ID +env SERVICE_ID +tcp://10.0.0.5:5555 +2"
                + " +1 +\\S+\n");

    fixture.kubectl().run("label", "namespace", in, "mark-").orFail();
    fixture.awaitTable(node, t -> routesOf(t, in).isEmpty());

    fixture.kubectl().run("delete", "clr", route).orFail();
    fixture.awaitTable(node, t -> t.routes().isEmpty());
  }

  @Test
  void shouldGiveWayToALogRouteAndSayWhichOne() {
    String mark = cluster.unique("mark");
    String namespace = fixture.namespace("mark: " + mark, "");
    String node = fixture.node();
    fixture.pod(namespace, "web", node, "app: web");
    String fallback = cluster.unique("fallback");
    String audit = cluster.unique("audit");
    String where = "{namespaceSelector: {matchLabels: {mark: " + mark + "}}, ";
    fixture.clusterRoute(fallback, where + "zmqAddress: 'tcp://10.0.0.5:5555'}");
    fixture.clusterRoute(
        audit, where + "precedence: Always, endpointRef: {name: %s}}".formatted(mark));
    fixture.awaitTable(node, t -> t.routes().size() == 1);
    soon()
        .untilAsserted(
            () ->
                assertThat(ready(fixture.clusterRoute(audit)))
                    .isEqualTo(
                        "False EndpointNotFound: there is no LogEndpoint '%s': create it, or correct endpointRef.name"
                            .formatted(mark)));
    fixture.endpoint(mark, "{addresses: ['tcp://10.0.0.6:5555'], delivery: AtLeastOnce}");
    assertThat(names(fixture.awaitTable(node, t -> t.routes().size() == 2)))
        .containsExactly(audit, fallback);

    fixture.route(namespace, "web", "{endpointRef: {name: nowhere}}");

    assertThat(names(fixture.awaitTable(node, t -> t.routes().size() == 1))).containsExactly(audit);
    fixture.agentRuns(node);
    soon()
        .untilAsserted(
            () ->
                assertThat(ready(fixture.clusterRoute(fallback)))
                    .isEqualTo(
                        "True Overridden: every container that the route selects is left to LogRoute "
                            + namespace
                            + "/web"));
    soon()
        .untilAsserted(
            () -> assertThat(ready(fixture.clusterRoute(audit))).startsWith("True Ready"));
  }

  private static List<String> names(NodeRouteTableSpec table) {
    return table.routes().stream().map(NodeRouteTableSpec.Route::name).toList();
  }

  private static List<Assignment> routesOf(NodeRouteTableSpec table, String namespace) {
    return table.pods().stream()
        .filter(pod -> pod.namespace().equals(namespace))
        .flatMap(pod -> pod.containers().stream())
        .flatMap(container -> container.routes().stream())
        .toList();
  }
}
