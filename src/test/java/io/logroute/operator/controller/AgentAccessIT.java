// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.logroute.api.v1alpha1.NodeRouteTable;
import io.logroute.cluster.ControlPlane;
import io.logroute.cluster.Kubectl;
import io.logroute.cluster.SharedApiServer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What an agent's token may do, with the manifests that are installed. */
@ExtendWith(SharedApiServer.class)
class AgentAccessIT {

  private static final String SYSTEM = "logroute-system";
  private static final PatchContext MERGE =
      new PatchContext.Builder().withPatchType(PatchType.JSON_MERGE).build();

  @Test
  void shouldLetAnAgentPatchTheStatusOfItsOwnNodesTableAndNothingElse(
      ControlPlane cluster, Kubectl kubectl) {
    kubectl.run("create", "namespace", SYSTEM);
    kubectl.run("apply", "-f", "manifests/base/agent-access.yaml").orFail();
    String mine = cluster.unique("own");
    String other = cluster.unique("other");
    table(kubectl, mine);
    table(kubectl, other);
    String probe = cluster.unique("probe");
    table(kubectl, probe);
    String token = tokenOfAgentOn(mine, kubectl);

    try (KubernetesClient agent = client(cluster.kubeconfig(token))) {
      await("the policy, which the API server takes up when it gets to it")
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(
              () ->
                  assertThat(refusal(() -> patchStatus(agent, probe)))
                      .contains("may not change the table of node '" + probe + "'"));

      assertThat(refusal(() -> patchStatus(agent, other)))
          .contains(
              "an agent on node '%s' may not change the table of node '%s'".formatted(mine, other));
      patchStatus(agent, mine);

      assertThat(table(agent, mine).getStatus().observedGeneration()).isEqualTo(1);
      assertThat(table(agent, other).getStatus()).isNull();
      assertThat(
              refusal(
                  () ->
                      agent
                          .resources(NodeRouteTable.class)
                          .withName(mine)
                          .patch(MERGE, "spec: {routes: []}")))
          .contains("cannot patch resource \"noderoutetables\"");
      assertThat(refusal(() -> agent.secrets().inNamespace(SYSTEM).list()))
          .contains("cannot list resource \"secrets\"");
    }
    kubectl.run("delete", "nrt", mine, other, probe).orFail();
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
