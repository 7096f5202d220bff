// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.authorization.v1.ResourceRule;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectRulesReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectRulesReviewBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.logroute.api.v1alpha1.NodeRouteTable;
import io.logroute.cluster.ControlPlane;
import io.logroute.cluster.Kubectl;
import io.logroute.cluster.SharedApiServer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an agent's token may do, with the manifests that are installed. */
@ExtendWith(SharedApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AgentAccessIT {

  private static final String SYSTEM = "logroute-system";
  private static final PatchContext MERGE =
      new PatchContext.Builder().withPatchType(PatchType.JSON_MERGE).build();

  /** All that an agent's token may. */
  private static final Set<String> ALLOWED =
      Set.of(
          "get logroute.io/noderoutetables",
          "list logroute.io/noderoutetables",
          "watch logroute.io/noderoutetables",
          "patch logroute.io/noderoutetables/status");

  /** What everybody may who has a name: ask what it may do. */
  private static final Set<String> ALLOWED_TO_EVERYBODY =
      Set.of(
          "create authentication.k8s.io/selfsubjectreviews",
          "create authorization.k8s.io/selfsubjectaccessreviews",
          "create authorization.k8s.io/selfsubjectrulesreviews");

  private static final List<String> VERBS =
      List.of("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection");

  private final ControlPlane cluster;
  private final Kubectl kubectl;
  private final KubernetesClient admin;
  private final String mine;
  private final String other;
  private final KubernetesClient agent;

  AgentAccessIT(ControlPlane cluster, Kubectl kubectl) {
    this.cluster = cluster;
    this.kubectl = kubectl;
    admin = cluster.client();
    mine = cluster.unique("own");
    other = cluster.unique("other");
    kubectl.run("create", "namespace", SYSTEM);
    kubectl.run("apply", "-f", "manifests/base/agent-access.yaml").orFail();
    table(kubectl, mine);
    table(kubectl, other);
    agent = client(cluster.kubeconfig(tokenOfAgentOn(mine, kubectl)));
    awaitPolicy();
  }

  private void awaitPolicy() {
    String probe = cluster.unique("probe");
    table(kubectl, probe);
    await("the policy, which the API server takes up when it gets to it")
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () ->
                assertThat(refusal(() -> patchStatus(agent, probe)))
                    .contains("may not change the table of node '" + probe + "'"));
    kubectl.run("delete", "nrt", probe).orFail();
  }

  @AfterAll
  void removeTables() {
    agent.close();
    kubectl.run("delete", "nrt", mine, other, "--ignore-not-found").orFail();
    kubectl.run("delete", "pod", "-n", SYSTEM, "agent-" + mine, "--force").orFail();
    kubectl.run("delete", "node", mine).orFail();
  }

  @Test
  void shouldLetAnAgentPatchTheStatusOfItsOwnNodesTableAndOfNoOther() {
    assertThat(refusal(() -> patchStatus(agent, other)))
        .contains(
            "an agent on node '%s' may not change the table of node '%s'".formatted(mine, other));

    patchStatus(agent, mine);

    assertThat(table(agent, mine).getStatus().observedGeneration()).isEqualTo(1);
    assertThat(table(agent, other).getStatus()).isNull();
  }

  /** The API server's own sum of all roles, so that none is overlooked. */
  @Test
  void shouldHaveNoRightsBesideThoseOfItsRoleAndThoseOfEverybody() {
    SelfSubjectRulesReview review =
        new SelfSubjectRulesReviewBuilder().withNewSpec().withNamespace(SYSTEM).endSpec().build();

    Set<String> rights = new TreeSet<>();
    agent
        .resource(review)
        .create()
        .getStatus()
        .getResourceRules()
        .forEach(rule -> rights.addAll(rights(rule)));

    rights.removeAll(ALLOWED_TO_EVERYBODY);
    assertThat(rights).containsExactlyInAnyOrderElementsOf(ALLOWED);
  }

  private static List<String> rights(ResourceRule rule) {
    return rule.getVerbs().stream()
        .flatMap(
            verb ->
                rule.getApiGroups().stream()
                    .flatMap(
                        group ->
                            rule.getResources().stream()
                                .map(resource -> verb + " " + group + "/" + resource)))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/secrets",
        "/configmaps",
        "/pods",
        "/pods/exec",
        "/pods/log",
        "/pods/ephemeralcontainers",
        "/nodes",
        "/nodes/proxy",
        "/namespaces",
        "/events",
        "/serviceaccounts",
        "/serviceaccounts/token",
        "apps/daemonsets",
        "coordination.k8s.io/leases",
        "events.k8s.io/events",
        "rbac.authorization.k8s.io/clusterrolebindings",
        "admissionregistration.k8s.io/validatingadmissionpolicies",
        "apiextensions.k8s.io/customresourcedefinitions",
        "logroute.io/logroutes",
        "logroute.io/logroutes/status",
        "logroute.io/clusterlogroutes",
        "logroute.io/logendpoints",
        "logroute.io/logagents",
        "logroute.io/noderoutetables",
        "logroute.io/noderoutetables/status"
      })
  void shouldAnswerEachVerbOnAResourceByThatSum(String resource) {
    List<String> allowed =
        VERBS.stream()
            .filter(verb -> isAllowed(verb, resource))
            .map(verb -> verb + " " + resource)
            .toList();

    assertThat(allowed).allMatch(ALLOWED::contains);
    assertThat(ALLOWED.stream().filter(right -> right.endsWith(" " + resource)))
        .allMatch(allowed::contains);
  }

  private boolean isAllowed(String verb, String resource) {
    String[] parts = resource.split("/", 3);
    SelfSubjectAccessReview review =
        new SelfSubjectAccessReviewBuilder()
            .withNewSpec()
            .withNewResourceAttributes()
            .withVerb(verb)
            .withGroup(parts[0])
            .withResource(parts[1])
            .withSubresource(parts.length > 2 ? parts[2] : null)
            .withNamespace(SYSTEM)
            .endResourceAttributes()
            .endSpec()
            .build();
    return Boolean.TRUE.equals(agent.resource(review).create().getStatus().getAllowed());
  }

  /** The real request of what would do harm: a method, a path, a body. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          GET    | /api/v1/secrets |
          GET    | /api/v1/namespaces/logroute-system/secrets/any |
          GET    | /api/v1/pods |
          GET    | /api/v1/configmaps |
          GET    | /api/v1/nodes |
          POST   | /api/v1/namespaces/logroute-system/pods/agent-MINE/exec?command=sh |
          POST   | /api/v1/namespaces/logroute-system/serviceaccounts/logroute-agent/token | {"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{}}
          POST   | /api/v1/namespaces/logroute-system/pods | {"apiVersion":"v1","kind":"Pod","metadata":{"name":"evil"},"spec":{"containers":[{"name":"a","image":"a"}]}}
          GET    | /apis/coordination.k8s.io/v1/namespaces/logroute-system/leases |
          GET    | /apis/logroute.io/v1alpha1/logroutes |
          POST   | /apis/logroute.io/v1alpha1/namespaces/default/logroutes | {"apiVersion":"logroute.io/v1alpha1","kind":"LogRoute","metadata":{"name":"evil"},"spec":{"zmqAddress":"tcp://6.6.6.6:1"}}
          POST   | /apis/logroute.io/v1alpha1/clusterlogroutes | {"apiVersion":"logroute.io/v1alpha1","kind":"ClusterLogRoute","metadata":{"name":"evil"},"spec":{"zmqAddress":"tcp://6.6.6.6:1"}}
          PUT    | /apis/logroute.io/v1alpha1/noderoutetables/MINE | {"apiVersion":"logroute.io/v1alpha1","kind":"NodeRouteTable","metadata":{"name":"MINE"},"spec":{"endpoints":[],"routes":[],"pods":[]}}
          PATCH  | /apis/logroute.io/v1alpha1/noderoutetables/MINE | {"spec":{"routes":[]}}
          PATCH  | /apis/logroute.io/v1alpha1/noderoutetables/MINE | {"metadata":{"labels":{"evil":"1"}}}
          PATCH  | /apis/logroute.io/v1alpha1/noderoutetables/OTHER | {"spec":{"routes":[]}}
          PATCH  | /apis/logroute.io/v1alpha1/noderoutetables/OTHER/status | {"status":{"observedGeneration":9}}
          PUT    | /apis/logroute.io/v1alpha1/noderoutetables/MINE/status | {"apiVersion":"logroute.io/v1alpha1","kind":"NodeRouteTable","metadata":{"name":"MINE"},"status":{}}
          POST   | /apis/logroute.io/v1alpha1/noderoutetables | {"apiVersion":"logroute.io/v1alpha1","kind":"NodeRouteTable","metadata":{"name":"evil"},"spec":{"endpoints":[],"routes":[],"pods":[]}}
          DELETE | /apis/logroute.io/v1alpha1/noderoutetables/MINE |
          DELETE | /apis/logroute.io/v1alpha1/noderoutetables |
          POST   | /apis/rbac.authorization.k8s.io/v1/clusterrolebindings | {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"evil"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"cluster-admin"},"subjects":[{"kind":"ServiceAccount","name":"logroute-agent","namespace":"logroute-system"}]}
          """)
  void shouldForbidWhatWouldDoHarm(String method, String path, @Nullable String body)
      throws Exception {
    HttpResponse<String> answer =
        agent
            .getHttpClient()
            .sendAsync(request(method, named(path), body == null ? "" : named(body)), String.class)
            .get(30, TimeUnit.SECONDS);

    assertThat(answer.code()).as(answer.bodyString()).isEqualTo(403);
    assertThat(answer.bodyString()).contains("\"reason\":\"Forbidden\"");
  }

  private HttpRequest request(String method, String path, String body) {
    String type = method.equals("PATCH") ? "application/merge-patch+json" : "application/json";
    return agent
        .getHttpClient()
        .newHttpRequestBuilder()
        .uri(cluster.url() + path)
        .method(method, type, body)
        .build();
  }

  private String named(String text) {
    return text.replace("MINE", mine).replace("OTHER", other);
  }

  @Test
  void shouldLetNothingThroughBesideTheStatus() {
    NodeRouteTable before = table(admin, mine);

    agent
        .resources(NodeRouteTable.class)
        .withName(mine)
        .subresource("status")
        .patch(
            MERGE,
            """
            status: {observedGeneration: 7}
            metadata: {labels: {evil: '1'}, annotations: {logroute.io/revision: evil}}
            spec: {pods: [{namespace: a, name: b, containers: []}]}
            """);

    NodeRouteTable after = table(admin, mine);
    assertThat(after.getStatus().observedGeneration()).isEqualTo(7);
    assertThat(after.getSpec()).isEqualTo(before.getSpec());
    assertThat(after.getMetadata().getLabels()).isEqualTo(before.getMetadata().getLabels());
    assertThat(after.getMetadata().getAnnotations())
        .isEqualTo(before.getMetadata().getAnnotations());
  }

  @Test
  void shouldRefuseATokenOfTheAccountThatIsBoundToNoNode() {
    String token = kubectl.run("create", "token", "logroute-agent", "-n", SYSTEM).orFail().out();

    try (KubernetesClient unbound = client(cluster.kubeconfig(token.strip()))) {
      assertThat(refusal(() -> patchStatus(unbound, mine)))
          .contains("an agent on node '' may not change the table of node '" + mine + "'");
    }
  }

  private static void patchStatus(KubernetesClient agent, String node) {
    agent
        .resources(NodeRouteTable.class)
        .withName(node)
        .subresource("status")
        .patch(MERGE, "status: {observedGeneration: 1}");
  }

  private static NodeRouteTable table(KubernetesClient agent, String node) {
    return agent.resources(NodeRouteTable.class).withName(node).get();
  }

  private static String refusal(Runnable action) {
    try {
      action.run();
      return "it was let through";
    } catch (KubernetesClientException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static void table(Kubectl kubectl, String node) {
    kubectl
        .apply(
            """
            apiVersion: logroute.io/v1alpha1
            kind: NodeRouteTable
            metadata: {name: %s}
            spec: {endpoints: [], routes: [], pods: []}
            """
                .formatted(node))
        .orFail();
  }

  private static String tokenOfAgentOn(String node, Kubectl kubectl) {
    kubectl
        .apply(
            """
            apiVersion: v1
            kind: Node
            metadata: {name: %1$s}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: agent-%1$s, namespace: logroute-system}
            spec:
              serviceAccountName: logroute-agent
              nodeName: %1$s
              containers: [{name: agent, image: none}]
            """
                .formatted(node))
        .orFail();
    return kubectl
        .run(
            "create",
            "token",
            "logroute-agent",
            "-n",
            SYSTEM,
            "--bound-object-kind=Pod",
            "--bound-object-name=agent-" + node)
        .orFail()
        .out()
        .strip();
  }

  private static KubernetesClient client(String kubeconfig) {
    return new KubernetesClientBuilder()
        .withConfig(Config.fromKubeconfig(kubeconfig))
        .withHttpClientFactory(new JdkHttpClientFactory())
        .build();
  }
}
