// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.logroute.api.v1alpha1.LogAgent;
import io.logroute.api.v1alpha1.LogEndpoint;
import io.logroute.api.v1alpha1.LogRoute;
import io.logroute.api.v1alpha1.LogRouteStatus;
import io.logroute.api.v1alpha1.NodeRouteTable;
import io.logroute.api.v1alpha1.NodeRouteTableSpec;
import io.logroute.cluster.ControlPlane;
import io.logroute.cluster.Kubectl;
import io.logroute.cluster.SharedApiServer;
import io.logroute.operator.manifest.AgentSettings;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The operator against a real API server, with the rights that its manifest gives; nodes, pods and
 * DaemonSets are objects only.
 */
@ExtendWith(SharedApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OperatorIT {

  private static final String SYSTEM = "logroute-system";
  private static final OperatorSettings SETTINGS =
      new OperatorSettings(new AgentSettings(SYSTEM, "logroute/logroute:test"), true, false, null);

  private final ControlPlane cluster;
  private final Kubectl kubectl;
  private final KubernetesClient client;
  private final KubernetesClient operatorsClient;
  private LogRouteOperator operator;
  private String namespace = "";
  private String node = "";

  OperatorIT(ControlPlane cluster) {
    this.cluster = cluster;
    kubectl = cluster.kubectl();
    client = cluster.client();
    kubectl.run("create", "namespace", SYSTEM);
    kubectl.run("apply", "-f", "manifests/base/operator-access.yaml").orFail();
    operatorsClient = clientOfTheOperatorsAccount();
    operator = new LogRouteOperator(operatorsClient, SETTINGS);
  }

  @BeforeAll
  void startOperator() {
    apply(
        """
        apiVersion: logroute.io/v1alpha1
        kind: LogAgent
        metadata: {name: operator-it}
        spec: {nodeSelector: {it: operator}}
        """);
    operator.start();
  }

  @AfterAll
  void stopOperator() {
    operator.close();
    operatorsClient.close();
    client.resources(LogAgent.class).withName("operator-it").delete();
    client.nodes().withLabel("it", "operator").delete();
    client.resources(NodeRouteTable.class).delete();
  }

  @BeforeEach
  void makeNodeAndNamespace() {
    namespace = cluster.createNamespace("routes");
    node = cluster.unique("node");
    apply(
        "{apiVersion: v1, kind: Node, metadata: {name: %s, labels: {it: operator}}}"
            .formatted(node));
  }

  @Test
  void shouldTellTheNodeWhenARouteSelectsAPodAndTakeItBackWhenTheRouteIsDeleted() {
    pod("web", "app: web, tenant_id: t1");
    route("web", "{selector: {matchLabels: {app: web}}, zmqAddress: 'tcp://10.0.0.5:5555'}");

    NodeRouteTableSpec spec = awaitTable(table -> !table.routes().isEmpty());

    assertThat(spec.cluster())
        .isEqualTo(client.namespaces().withName("kube-system").get().getMetadata().getUid());
    assertThat(spec.pods()).hasSize(1);
    NodeRouteTableSpec.Pod pod = spec.pods().getFirst();
    assertThat(pod.uid())
        .isEqualTo(
            client.pods().inNamespace(namespace).withName("web").get().getMetadata().getUid());
    assertThat(pod.containers().getFirst().routes())
        .containsExactly(new NodeRouteTableSpec.Assignment(namespace + "/web", "t1", "default"));

    kubectl.run("delete", "logroute", "web", "-n", namespace).orFail();

    assertThat(awaitTable(table -> table.routes().isEmpty()).pods().getFirst().containers())
        .isEmpty();
  }

  @Test
  void shouldKeepADeletedPodInTheTable() {
    pod("job", "app: job");
    route("all", "{zmqAddress: 'tcp://10.0.0.5:5555'}");
    awaitTable(table -> table.pods().size() == 1 && !table.routes().isEmpty());

    kubectl.run("delete", "pod", "job", "-n", namespace, "--force", "--grace-period=0").orFail();
    pod("next", "app: next");

    assertThat(awaitTable(table -> table.pods().size() == 2).pods())
        .extracting(NodeRouteTableSpec.Pod::name)
        .containsExactly("job", "next");
  }

  @Test
  void shouldBeReadyOnceTheNodesAgentRunsTheTable() {
    pod("web", "app: web");
    route("web", "{zmqAddress: 'tcp://10.0.0.5:5555', tenantId: {value: t1}}");
    awaitTable(table -> !table.routes().isEmpty());
    soon()
        .untilAsserted(
            () ->
                assertThat(requireNonNull(condition("web", "Programmed")).getReason())
                    .isEqualTo("NodesPending"));

    agentReports("{observedGeneration: %d}".formatted(table().getMetadata().getGeneration()));

    soon().untilAsserted(() -> assertThat(ready("web")).isEqualTo("True Ready: lines are routed"));
    LogRouteStatus status = requireNonNull(logRoute("web").getStatus());
    assertThat(status.matchedPods()).isEqualTo(1);
    assertThat(status.nodes()).isEqualTo(new LogRouteStatus.Nodes(1, 1));
    assertThat(kubectl.run("get", "lr", "web", "-n", namespace, "--no-headers").orFail().out())
        .matches("web +True +Ready +t1 +env SERVICE_ID +tcp://10.0.0.5:5555 +1 +1 +\\S+\n");
  }

  @Test
  void shouldTellTheRouteWhatItsNodeReports() {
    pod("web", "app: web");
    route("web", "{zmqAddress: 'tcp://10.0.0.5:5555'}");
    awaitTable(table -> !table.routes().isEmpty());

    agentReports(
        """
        {observedGeneration: %d, routes: [{route: %s/web, problems:
        [{since: '2026-01-01T00:00:00Z', message: endpoint tcp://10.0.0.5:5555 is not reachable}]}]}
        """
            .formatted(table().getMetadata().getGeneration(), namespace));

    soon()
        .untilAsserted(
            () ->
                assertThat(ready("web"))
                    .isEqualTo(
                        "False NodeTrouble: node "
                            + node
                            + " reports: endpoint tcp://10.0.0.5:5555 is not reachable"));
  }

  @Test
  void shouldWaitForTheEndpointThatARouteNames() {
    String endpoint = cluster.unique("central");
    pod("web", "app: web");
    route("web", "{endpointRef: {name: %s}}".formatted(endpoint));
    soon()
        .untilAsserted(
            () ->
                assertThat(ready("web"))
                    .isEqualTo(
                        "False EndpointNotFound: there is no LogEndpoint '"
                            + endpoint
                            + "': create it, or correct endpointRef.name"));
    assertThat(awaitTable(table -> table.pods().size() == 1).routes()).isEmpty();

    apply(
        """
        apiVersion: logroute.io/v1alpha1
        kind: LogEndpoint
        metadata: {name: %s}
        spec: {addresses: ['tcp://10.0.0.5:5555', 'tcp://10.0.0.6:5555']}
        """
            .formatted(endpoint));

    assertThat(awaitTable(table -> !table.routes().isEmpty()).endpoints().getFirst().addresses())
        .containsExactly("tcp://10.0.0.5:5555", "tcp://10.0.0.6:5555");
    soon()
        .untilAsserted(
            () ->
                assertThat(
                        requireNonNull(
                                client
                                    .resources(LogEndpoint.class)
                                    .withName(endpoint)
                                    .get()
                                    .getStatus())
                            .conditions())
                    .extracting(Condition::getStatus)
                    .containsExactly("True", "True"));
  }

  @Test
  void shouldNotLetOneWrongRouteHarmAnother() {
    pod("web", "app: web");
    route("good", "{zmqAddress: 'tcp://10.0.0.5:5555'}");
    awaitTable(table -> !table.routes().isEmpty());
    agentReports("{observedGeneration: %d}".formatted(table().getMetadata().getGeneration()));
    soon().untilAsserted(() -> assertThat(ready("good")).startsWith("True"));
    Long generation = table().getMetadata().getGeneration();

    route("invalid", "{zmqAddress: 'tcp://a:1', options: {tag: '{{.Nope}}'}}");
    route("unresolved", "{endpointRef: {name: nowhere}}");

    soon()
        .untilAsserted(
            () -> {
              assertThat(ready("invalid")).startsWith("False InvalidSpec");
              assertThat(ready("unresolved")).startsWith("False EndpointNotFound");
            });
    assertThat(table().getMetadata().getGeneration()).isEqualTo(generation);
    assertThat(ready("good")).startsWith("True");
  }

  @Test
  void shouldWriteNothingWhenNothingChanged() {
    pod("web", "app: web");
    route("web", "{zmqAddress: 'tcp://10.0.0.5:5555'}");
    awaitTable(table -> !table.routes().isEmpty());
    settle();
    double before = writes();

    for (int i = 0; i < 5; i++) {
      patchStatus("pod", "web", "{\"status\":{\"podIP\":\"10.1.0.%d\"}}".formatted(i));
      kubectl.run("annotate", "node", node, "beat=" + i, "--overwrite").orFail();
      kubectl
          .run("annotate", "logroute", "web", "-n", namespace, "note=" + i, "--overwrite")
          .orFail();
      awaitMillis(400);
    }
    awaitMillis(6_000);

    assertThat(writes() - before).as("writes besides the five annotations").isEqualTo(5);
  }

  @Test
  void shouldWriteNothingWhenItIsRestarted() {
    pod("web", "app: web");
    route("web", "{zmqAddress: 'tcp://10.0.0.5:5555'}");
    awaitTable(table -> !table.routes().isEmpty());
    settle();
    String table = table().getMetadata().getResourceVersion();
    String route = logRoute("web").getMetadata().getResourceVersion();

    operator.close();
    operator = new LogRouteOperator(operatorsClient, SETTINGS);
    operator.start();
    await().atMost(Duration.ofSeconds(20)).until(operator::isReady);
    awaitMillis(5_000);

    assertThat(table().getMetadata().getResourceVersion()).isEqualTo(table);
    assertThat(logRoute("web").getMetadata().getResourceVersion()).isEqualTo(route);
  }

  @Test
  void shouldRepairATableThatSomebodyChangedOrDeleted() {
    pod("web", "app: web");
    route("web", "{zmqAddress: 'tcp://10.0.0.5:5555'}");
    NodeRouteTableSpec right = awaitTable(table -> !table.routes().isEmpty());

    kubectl
        .run("patch", "nrt", node, "--type=merge", "-p", "{\"spec\":{\"routes\":[],\"pods\":[]}}")
        .orFail();
    awaitTable(right::equals);

    String uid = table().getMetadata().getUid();
    kubectl.run("delete", "nrt", node).orFail();
    soon()
        .untilAsserted(
            () -> {
              NodeRouteTable again = client.resources(NodeRouteTable.class).withName(node).get();
              assertThat(again).isNotNull();
              assertThat(again.getMetadata().getUid()).isNotEqualTo(uid);
              assertThat(again.getSpec()).isEqualTo(right);
            });
  }

  @Test
  void shouldRemoveTheTableWhenTheNodeIsGoneOrNoLongerCovered() {
    awaitTable(table -> true);
    kubectl.run("label", "node", node, "it=elsewhere", "--overwrite").orFail();
    soon().untilAsserted(() -> assertThat(tableOrNull()).isNull());
    kubectl.run("label", "node", node, "it=operator", "--overwrite").orFail();
    awaitTable(table -> true);

    kubectl.run("delete", "node", node).orFail();

    soon().untilAsserted(() -> assertThat(tableOrNull()).isNull());
  }

  @Test
  void shouldCompileABurstOfPodsIntoFewWrites() {
    route("all", "{zmqAddress: 'tcp://10.0.0.5:5555'}");
    awaitTable(table -> true);
    long before = operator.tableWrites();
    StringBuilder pods = new StringBuilder();
    for (int i = 0; i < 40; i++) {
      pods.append(podDocument("p" + i, "app: burst")).append("---\n");
    }

    apply(pods.toString());

    awaitTable(table -> table.pods().size() == 40);
    assertThat(operator.tableWrites() - before).isLessThan(25);
  }

  @Test
  void shouldRunAgentsAsADaemonSetThatStaysAsItIs() {
    String name = "logroute-agent-operator-it";
    soon().untilAsserted(() -> assertThat(daemonSet(name)).isNotNull());
    DaemonSet set = requireNonNull(daemonSet(name));
    assertThat(set.getMetadata().getOwnerReferences().getFirst().getName())
        .isEqualTo("operator-it");
    assertThat(set.getSpec().getTemplate().getSpec().getContainers().getFirst().getImage())
        .isEqualTo("logroute/logroute:test");
    settle();

    for (int i = 0; i < 3; i++) {
      kubectl.run("label", "logagent", "operator-it", "poke=" + i, "--overwrite").orFail();
      kubectl.run("label", "daemonset", name, "-n", SYSTEM, "poke=" + i, "--overwrite").orFail();
      daemonSetReports(name, 3 + i);
      awaitMillis(700);
    }

    soon()
        .untilAsserted(
            () ->
                assertThat(
                        requireNonNull(
                                client
                                    .resources(LogAgent.class)
                                    .withName("operator-it")
                                    .get()
                                    .getStatus())
                            .desired())
                    .isEqualTo(5));
    assertThat(requireNonNull(daemonSet(name)).getMetadata().getGeneration()).isEqualTo(1);
    assertThat(requireNonNull(daemonSet(name)).getMetadata().getManagedFields())
        .filteredOn(entry -> "Apply".equals(entry.getOperation()))
        .hasSize(1);
    assertThat(
            requireNonNull(
                    client.resources(LogAgent.class).withName("operator-it").get().getStatus())
                .conditions())
        .extracting(c -> c.getType() + "=" + c.getStatus())
        .containsExactly("Accepted=True", "Programmed=True", "Ready=True");
  }

  private KubernetesClient clientOfTheOperatorsAccount() {
    String token =
        kubectl.run("create", "token", "logroute-operator", "-n", SYSTEM).orFail().out().strip();
    return new KubernetesClientBuilder()
        .withConfig(Config.fromKubeconfig(cluster.kubeconfig(token)))
        .withHttpClientFactory(new JdkHttpClientFactory())
        .build();
  }

  private void daemonSetReports(String name, int nodes) {
    kubectl
        .run(
            "patch",
            "daemonset",
            name,
            "-n",
            SYSTEM,
            "--subresource=status",
            "--type=merge",
            "-p",
            """
            {"status": {"observedGeneration": 1, "desiredNumberScheduled": %1$d,
            "currentNumberScheduled": %1$d, "numberMisscheduled": 0, "numberReady": %1$d,
            "updatedNumberScheduled": %1$d}}
            """
                .formatted(nodes))
        .orFail();
  }

  private void apply(String documents) {
    kubectl.apply(documents).orFail();
  }

  private void pod(String name, String labels) {
    apply(podDocument(name, labels));
  }

  private String podDocument(String name, String labels) {
    return """
        apiVersion: v1
        kind: Pod
        metadata: {name: %s, namespace: %s, labels: {%s}}
        spec: {nodeName: %s, containers: [{name: app, image: none}]}
        """
        .formatted(name, namespace, labels, node);
  }

  private void route(String name, String spec) {
    apply(
        """
        apiVersion: logroute.io/v1alpha1
        kind: LogRoute
        metadata: {name: %s, namespace: %s}
        spec: %s
        """
            .formatted(name, namespace, spec));
  }

  private void patchStatus(String kind, String name, String patch) {
    kubectl
        .run(
            "patch",
            kind,
            name,
            "-n",
            namespace,
            "--subresource=status",
            "--type=merge",
            "-p",
            patch)
        .orFail();
  }

  /** What the node's agent would patch. */
  private void agentReports(String status) {
    client
        .resources(NodeRouteTable.class)
        .withName(node)
        .subresource("status")
        .patch(
            new PatchContext.Builder().withPatchType(PatchType.JSON_MERGE).build(),
            "status: " + status.replace("\n", " "));
  }

  private NodeRouteTableSpec awaitTable(Predicate<NodeRouteTableSpec> expected) {
    soon()
        .untilAsserted(
            () -> {
              NodeRouteTable table = tableOrNull();
              assertThat(table).isNotNull();
              assertThat(requireNonNull(table).getSpec()).matches(expected);
            });
    return table().getSpec();
  }

  private NodeRouteTable table() {
    return requireNonNull(tableOrNull());
  }

  private @Nullable NodeRouteTable tableOrNull() {
    return client.resources(NodeRouteTable.class).withName(node).get();
  }

  private @Nullable DaemonSet daemonSet(String name) {
    return client.apps().daemonSets().inNamespace(SYSTEM).withName(name).get();
  }

  private LogRoute logRoute(String name) {
    return client.resources(LogRoute.class).inNamespace(namespace).withName(name).get();
  }

  private @Nullable Condition condition(String route, String type) {
    LogRouteStatus status = logRoute(route).getStatus();
    return status == null
        ? null
        : requireNonNullElse(status.conditions(), List.<Condition>of()).stream()
            .filter(c -> c.getType().equals(type))
            .findFirst()
            .orElse(null);
  }

  private String ready(String route) {
    Condition ready = condition(route, "Ready");
    return ready == null
        ? ""
        : ready.getStatus() + " " + ready.getReason() + ": " + ready.getMessage();
  }

  /** Until the operator has written nothing for longer than a pending route may wait (10 s). */
  private void settle() {
    double[] last = {writes()};
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofSeconds(12))
        .until(
            () -> {
              double before = last[0];
              last[0] = writes();
              return last[0] == before;
            });
  }

  /** Requests that write objects the operator could write, as the API server counts them. */
  private double writes() {
    return client
        .raw("/metrics")
        .lines()
        .filter(line -> line.startsWith("apiserver_request_total{"))
        .filter(line -> line.matches(".*verb=\"(APPLY|POST|PUT|PATCH|DELETE)\".*"))
        .filter(line -> line.matches(".*resource=\"(daemonsets|log[a-z]+|noderoutetables)\".*"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  private static void awaitMillis(long millis) {
    await()
        .pollDelay(Duration.ofMillis(millis))
        .atMost(Duration.ofMillis(millis + 5_000))
        .until(() -> true);
  }

  private static ConditionFactory soon() {
    return await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptions();
  }
}
