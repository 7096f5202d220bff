// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.logroute.api.v1alpha1.ClusterLogRoute;
import io.logroute.api.v1alpha1.LogAgent;
import io.logroute.api.v1alpha1.LogEndpoint;
import io.logroute.api.v1alpha1.LogRoute;
import io.logroute.api.v1alpha1.LogRouteStatus;
import io.logroute.api.v1alpha1.NodeRouteTable;
import io.logroute.api.v1alpha1.NodeRouteTableSpec;
import io.logroute.cluster.ControlPlane;
import io.logroute.cluster.Kubectl;
import io.logroute.operator.manifest.AgentSettings;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;

/**
 * An operator on a real API server with the rights that its manifest gives, a LogAgent and nodes of
 * its own; nodes and pods are objects only, and agents are what a test says they report.
 */
final class OperatorFixture implements AutoCloseable {

  static final String SYSTEM = "logroute-system";

  private final ControlPlane cluster;
  private final Kubectl kubectl;
  private final KubernetesClient client;
  private final KubernetesClient operatorsClient;
  private final String name;
  private LogRouteOperator operator;

  private OperatorFixture(ControlPlane cluster) {
    this.cluster = cluster;
    kubectl = cluster.kubectl();
    client = cluster.client();
    name = cluster.unique("fixture");
    kubectl.run("create", "namespace", SYSTEM);
    kubectl.run("apply", "-f", "manifests/base/operator-access.yaml").orFail();
    String token =
        kubectl.run("create", "token", "logroute-operator", "-n", SYSTEM).orFail().out().strip();
    operatorsClient =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(cluster.kubeconfig(token)))
            .withHttpClientFactory(new JdkHttpClientFactory())
            .withKubernetesSerialization(TolerantSerialization.withoutTables())
            .build();
    operator = new LogRouteOperator(operatorsClient, settings());
  }

  static OperatorFixture start(ControlPlane cluster) {
    OperatorFixture fixture = new OperatorFixture(cluster);
    fixture.apply(
        """
        apiVersion: logroute.io/v1alpha1
        kind: LogAgent
        metadata: {name: %1$s}
        spec: {nodeSelector: {fixture: %1$s}}
        """
            .formatted(fixture.name));
    fixture.operator.start();
    return fixture;
  }

  private static OperatorSettings settings() {
    return new OperatorSettings(
        new AgentSettings(SYSTEM, "logroute/logroute:test"), true, false, null);
  }

  /** Ends the operator and starts another. */
  void restart() {
    operator.close();
    operator = new LogRouteOperator(operatorsClient, settings());
    operator.start();
    await().atMost(Duration.ofSeconds(30)).until(operator::isReady);
  }

  LogRouteOperator operator() {
    return operator;
  }

  Kubectl kubectl() {
    return kubectl;
  }

  KubernetesClient client() {
    return client;
  }

  /** The name of its LogAgent, and the value of label {@code fixture} of the nodes it covers. */
  String name() {
    return name;
  }

  /** A node that the LogAgent covers. */
  String node() {
    String node = cluster.unique("node");
    apply(
        "{apiVersion: v1, kind: Node, metadata: {name: %s, labels: {fixture: %s}}}"
            .formatted(node, name));
    return node;
  }

  /** A namespace with labels and annotations, both as YAML. */
  String namespace(String labels, String annotations) {
    String namespace = cluster.unique("ns");
    apply(
        "{apiVersion: v1, kind: Namespace, metadata: {name: %s, labels: {%s}, annotations: {%s}}}"
            .formatted(namespace, labels, annotations));
    return namespace;
  }

  void pod(String namespace, String name, String node, String labels) {
    apply(
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: %s, namespace: %s, labels: {%s}}
        spec: {nodeName: %s, containers: [{name: app, image: none}]}
        """
            .formatted(name, namespace, labels, node));
  }

  void route(String namespace, String name, String spec) {
    apply(document("LogRoute", name, "namespace: " + namespace, spec));
  }

  void clusterRoute(String name, String spec) {
    apply(document("ClusterLogRoute", name, "labels: {fixture: " + this.name + "}", spec));
  }

  void endpoint(String name, String spec) {
    apply(document("LogEndpoint", name, "labels: {fixture: " + this.name + "}", spec));
  }

  private static String document(String kind, String name, String metadata, String spec) {
    return """
        apiVersion: logroute.io/v1alpha1
        kind: %s
        metadata: {name: %s, %s}
        spec: %s
        """
        .formatted(kind, name, metadata, spec);
  }

  void apply(String documents) {
    kubectl.apply(documents).orFail();
  }

  /** What the agent of a node would patch. */
  void agentReports(String node, String status) {
    client
        .resources(NodeRouteTable.class)
        .withName(node)
        .subresource("status")
        .patch(
            new PatchContext.Builder().withPatchType(PatchType.JSON_MERGE).build(),
            "status: " + status.replace("\n", " "));
  }

  /** The agent of a node runs the table that stands there now. */
  void agentRuns(String node) {
    NodeRouteTable table = requireNonNull(table(node));
    agentReports(node, "{observedGeneration: " + table.getMetadata().getGeneration() + "}");
  }

  @Nullable NodeRouteTable table(String node) {
    return client.resources(NodeRouteTable.class).withName(node).get();
  }

  NodeRouteTableSpec awaitTable(String node, Predicate<NodeRouteTableSpec> expected) {
    soon()
        .untilAsserted(
            () -> {
              NodeRouteTable table = table(node);
              assertThat(table).isNotNull();
              assertThat(requireNonNull(table).getSpec()).matches(expected);
            });
    return requireNonNull(table(node)).getSpec();
  }

  LogRoute route(String namespace, String name) {
    return client.resources(LogRoute.class).inNamespace(namespace).withName(name).get();
  }

  ClusterLogRoute clusterRoute(String name) {
    return client.resources(ClusterLogRoute.class).withName(name).get();
  }

  /** {@code True Ready: message}; empty while there is none. */
  static String ready(CustomResource<?, LogRouteStatus> route) {
    return condition(route, "Ready");
  }

  /** {@code Status Reason: message} of a condition; empty while there is none. */
  static String condition(CustomResource<?, LogRouteStatus> route, String type) {
    LogRouteStatus status = route.getStatus();
    return status == null
        ? ""
        : requireNonNullElse(status.conditions(), List.<Condition>of()).stream()
            .filter(c -> c.getType().equals(type))
            .map(c -> c.getStatus() + " " + c.getReason() + ": " + c.getMessage())
            .findFirst()
            .orElse("");
  }

  static ConditionFactory soon() {
    return await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptions();
  }

  @Override
  public void close() {
    operator.close();
    operatorsClient.close();
    client.resources(LogAgent.class).withName(name).delete();
    client.resources(ClusterLogRoute.class).withLabel("fixture", name).delete();
    client.resources(LogEndpoint.class).withLabel("fixture", name).delete();
    client.nodes().withLabel("fixture", name).delete();
    client.resources(NodeRouteTable.class).delete();
  }
}
