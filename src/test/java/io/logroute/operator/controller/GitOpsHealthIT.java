// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import static io.logroute.operator.controller.OperatorFixture.soon;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.logroute.cluster.ClusterScript;
import io.logroute.cluster.ControlPlane;
import io.logroute.cluster.SharedApiServer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.yaml.snakeyaml.Yaml;

/**
 * What the health checks of {@code manifests/gitops} make of resources as a real operator and a
 * real API server leave them, with the interpreters that Argo CD and Flux have in them ({@code
 * src/test/cluster/gitops}).
 */
@ExtendWith(SharedApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GitOpsHealthIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path GITOPS = ClusterScript.CHECKOUT.resolve("manifests/gitops");
  private static final List<String> KINDS =
      List.of("LogRoute", "ClusterLogRoute", "LogEndpoint", "LogAgent");

  /** What the two make of a resource. */
  private record Health(String argo, String argoSays, String flux) {}

  private final ControlPlane cluster;
  private final OperatorFixture fixture;
  private final Path program = program();

  GitOpsHealthIT(ControlPlane cluster) {
    this.cluster = cluster;
    fixture = OperatorFixture.start(cluster);
  }

  @AfterAll
  void stop() {
    fixture.close();
  }

  @Test
  void shouldHaveACheckForEveryKindThatPeopleWrite() throws IOException {
    for (String kind : KINDS) {
      assertThat(script(kind)).as("Argo CD, %s", kind).contains("obj.status");
      assertThat(expressions(kind).fieldNames())
          .as("Flux, %s", kind)
          .toIterable()
          .contains("current", "failed");
    }
  }

  @Test
  void shouldWaitForNodesAndThenCallARouteHealthy() throws IOException {
    String namespace = fixture.namespace("", "");
    String node = fixture.node();
    fixture.pod(namespace, "web", node, "app: web");
    fixture.route(
        namespace, "web", "{selector: {matchLabels: {app: web}}, zmqAddress: 'tcp://a:1'}");
    fixture.awaitTable(node, table -> !table.routes().isEmpty());
    soon()
        .untilAsserted(
            () ->
                assertThat(health("logroute", "web", namespace))
                    .extracting(Health::argo, Health::flux)
                    .containsExactly("Progressing", "InProgress"));
    assertThat(health("logroute", "web", namespace).argoSays()).startsWith("NodesPending: ");

    fixture.agentRuns(node);

    soon()
        .untilAsserted(
            () ->
                assertThat(health("logroute", "web", namespace))
                    .extracting(Health::argo, Health::flux)
                    .containsExactly("Healthy", "Current"));
  }

  @Test
  void shouldCallARouteDegradedThatIsNotAcceptedOrHasNoEndpoint() {
    String namespace = fixture.namespace("", "");
    fixture.route(namespace, "options", "{zmqAddress: 'tcp://a:1', options: {tag: '{{.No}}'}}");
    fixture.route(namespace, "endpoint", "{endpointRef: {name: no-such}}");

    soon()
        .untilAsserted(
            () -> {
              assertDegraded(health("logroute", "options", namespace), "InvalidSpec: ");
              assertDegraded(health("logroute", "endpoint", namespace), "EndpointNotFound: ");
            });
  }

  @Test
  void shouldWaitForARouteWhoseNewestChangeNobodyHasLookedAt() throws IOException {
    String namespace = fixture.namespace("", "");
    fixture.route(namespace, "none", "{driver: none}");
    soon()
        .untilAsserted(
            () -> assertThat(health("logroute", "none", namespace).argo()).isEqualTo("Healthy"));
    ObjectNode changed = (ObjectNode) resource("logroute", "none", namespace);

    ((ObjectNode) changed.get("metadata")).put("generation", 2);

    assertThat(health(changed))
        .isEqualTo(
            new Health("Progressing", "the newest change is not looked at yet", "InProgress"));
    changed.remove("status");
    assertThat(health(changed).argo()).isEqualTo("Progressing");
    assertThat(health(changed).flux()).isNotIn("Current", "Failed");
  }

  @Test
  void shouldKnowEndpointsAgentsAndRoutesOfTheCluster() {
    String endpoint = cluster.unique("endpoint");
    fixture.endpoint(endpoint, "{addresses: ['tcp://a:1']}");
    String route = cluster.unique("route");
    fixture.clusterRoute(route, "{precedence: Default, endpointRef: {name: no-such}}");
    String second = cluster.unique("overlapping");
    fixture.node();
    fixture.apply(
        """
        apiVersion: logroute.io/v1alpha1
        kind: LogAgent
        metadata: {name: %s}
        spec: {nodeSelector: {fixture: %s}}
        """
            .formatted(second, fixture.name()));
    try {
      soon()
          .untilAsserted(
              () -> {
                assertThat(health("logendpoint", endpoint, ""))
                    .isEqualTo(new Health("Healthy", "the endpoint is valid", "Current"));
                assertDegraded(health("clusterlogroute", route, ""), "EndpointNotFound: ");
                assertThat(health("logagent", fixture.name(), ""))
                    .extracting(Health::argo, Health::flux)
                    .containsExactly("Progressing", "InProgress");
                assertDegraded(health("logagent", second, ""), "NodesOverlap: ");
              });
    } finally {
      fixture.kubectl().run("delete", "logagent", second).orFail();
    }
  }

  private static void assertDegraded(Health health, String reason) {
    assertThat(health.argo()).as(health.toString()).isEqualTo("Degraded");
    assertThat(health.flux()).as(health.toString()).isEqualTo("Failed");
    assertThat(health.argoSays()).startsWith(reason);
  }

  private Health health(String kind, String name, String namespace) throws IOException {
    return health(resource(kind, name, namespace));
  }

  private JsonNode resource(String kind, String name, String namespace) throws IOException {
    List<String> arguments =
        new ArrayList<>(List.of("get", kind + ".logroute.io", name, "-o", "json"));
    if (!namespace.isEmpty()) {
      arguments.addAll(List.of("-n", namespace));
    }
    return JSON.readTree(fixture.kubectl().run(arguments.toArray(String[]::new)).orFail().out());
  }

  private Health health(JsonNode resource) throws IOException {
    String kind = resource.get("kind").textValue();
    ObjectNode question = JSON.createObjectNode().put("lua", script(kind));
    question.set("flux", expressions(kind));
    question.set("object", resource);
    JsonNode answer = ask(question);
    return new Health(
        answer.get("argoStatus").textValue(),
        answer.get("argoMessage").textValue(),
        answer.get("flux").textValue());
  }

  /** The check of a kind as Argo CD finds it in its ConfigMap. */
  private static String script(String kind) throws IOException {
    return documents("argocd-cm.yaml")
        .getFirst()
        .path("data")
        .path("resource.customizations.health.logroute.io_" + kind)
        .asText();
  }

  /** The expressions of a kind as Flux finds them in a Kustomization. */
  private static ObjectNode expressions(String kind) throws IOException {
    for (JsonNode document : documents("flux.yaml")) {
      for (JsonNode check : document.path("spec").path("healthCheckExprs")) {
        if (check.get("kind").textValue().equals(kind)) {
          return ((ObjectNode) check).without(List.of("apiVersion", "kind"));
        }
      }
    }
    throw new IllegalStateException("flux.yaml has no healthCheckExprs for " + kind);
  }

  /** With SnakeYAML, as Jackson leaves anchors alone. */
  private static List<JsonNode> documents(String file) throws IOException {
    List<JsonNode> documents = new ArrayList<>();
    new Yaml()
        .loadAll(Files.readString(GITOPS.resolve(file)))
        .forEach(document -> documents.add(JSON.valueToTree(document)));
    return documents;
  }

  private JsonNode ask(JsonNode question) throws IOException {
    Path err = Files.createTempFile("gitops", ".err");
    try {
      Process process = new ProcessBuilder(program.toString()).redirectError(err.toFile()).start();
      try (OutputStream in = process.getOutputStream()) {
        in.write(JSON.writeValueAsBytes(question));
      }
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.onExit().join().exitValue()).as(Files.readString(err)).isZero();
      return JSON.readTree(out);
    } finally {
      Files.delete(err);
    }
  }

  private static Path program() {
    return ClusterScript.programOf("gitops-binary.sh", "gitops");
  }
}
