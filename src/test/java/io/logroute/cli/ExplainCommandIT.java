// SPDX-License-Identifier: Apache-2.0
package io.logroute.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.logroute.api.v1alpha1.NodeRouteTable;
import io.logroute.cluster.ControlPlane;
import io.logroute.cluster.Kubectl;
import io.logroute.cluster.SharedApiServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** {@code logroute explain} on a real API server; no operator runs, the tables are made here. */
@ExtendWith(SharedApiServer.class)
class ExplainCommandIT {

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir private Path folder;

  @Test
  void shouldSayWhatDecidesForEachContainer(ControlPlane cluster, Kubectl kubectl) {
    String ns = cluster.createNamespace("explain");
    String node = cluster.unique("explain-node");
    kubectl
        .apply(
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: web, namespace: %1$s, labels: {app: web, tenant_id: t1}}
            spec:
              nodeName: %2$s
              initContainers: [{name: setup, image: none}]
              containers: [{name: app, image: none}, {name: proxy, image: none}]
            ---
            apiVersion: logroute.io/v1alpha1
            kind: LogEndpoint
            metadata: {name: %2$s}
            spec: {addresses: ['tcp://10.0.0.5:5555']}
            ---
            apiVersion: logroute.io/v1alpha1
            kind: LogRoute
            metadata: {name: app, namespace: %1$s}
            spec: {containers: {include: [app]}, endpointRef: {name: %2$s}}
            ---
            apiVersion: logroute.io/v1alpha1
            kind: LogRoute
            metadata: {name: db, namespace: %1$s}
            spec: {selector: {matchLabels: {app: db}}, zmqAddress: 'tcp://a:1'}
            ---
            apiVersion: logroute.io/v1alpha1
            kind: LogRoute
            metadata: {name: lost, namespace: %1$s}
            spec: {containers: {include: [proxy]}, endpointRef: {name: nowhere}}
            ---
            apiVersion: logroute.io/v1alpha1
            kind: ClusterLogRoute
            metadata: {name: %2$s}
            spec:
              namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %1$s}}
              containers: {exclude: [setup]}
              zmqAddress: 'tcp://b:1'
            ---
            apiVersion: logroute.io/v1alpha1
            kind: NodeRouteTable
            metadata: {name: %2$s}
            spec: {endpoints: [], routes: [], pods: []}
            """
                .formatted(ns, node))
        .orFail();
    try {
      assertThat(explain(cluster.kubeconfig(), ns + "/web")).isZero();
      assertThat(lines())
          .containsExactly(
              "Pod " + ns + "/web, on node " + node,
              "",
              "Routes:",
              "  LogRoute " + ns + "/app: selects this pod",
              "  LogRoute "
                  + ns
                  + "/db: does not select this pod: it wants app=db, the pod has app=web",
              "  LogRoute "
                  + ns
                  + "/lost: selects this pod, but cannot be used: there is no LogEndpoint 'nowhere':"
                  + " create it, or correct endpointRef.name",
              "  ClusterLogRoute " + node + ": selects this pod",
              "",
              "Container app:",
              "  LogRoute "
                  + ns
                  + "/app decides: tenant t1, service default, to LogEndpoint "
                  + node
                  + " (tcp://10.0.0.5:5555)",
              "  ClusterLogRoute "
                  + node
                  + " does not decide: it is left to LogRoute "
                  + ns
                  + "/app",
              "",
              "Container proxy:",
              "  LogRoute "
                  + ns
                  + "/lost claims it, but cannot be used: there is no LogEndpoint 'nowhere': create"
                  + " it, or correct endpointRef.name",
              "  ClusterLogRoute "
                  + node
                  + " does not decide: it is left to LogRoute "
                  + ns
                  + "/lost",
              "  so its lines stay on the node",
              "",
              "Container setup:",
              "  no route selects it: its lines stay on the node",
              "",
              "Node " + node + ": table of generation 1",
              "  does not have this pod yet: the operator has not decided it",
              "  its agent has not reported yet: is its pod running?");

      String uid =
          kubectl
              .run("get", "pod", "web", "-n", ns, "-o", "jsonpath={.metadata.uid}")
              .orFail()
              .out();
      kubectl
          .apply(
              """
              apiVersion: logroute.io/v1alpha1
              kind: NodeRouteTable
              metadata: {name: %2$s}
              spec:
                endpoints: []
                routes: [{name: %1$s/app}]
                pods:
                - namespace: %1$s
                  name: web
                  uid: %3$s
                  containers:
                  - {name: app, routes: [{route: %1$s/app, tenantId: t1, serviceId: default}]}
              """
                  .formatted(ns, node, uid))
          .orFail();
      cluster
          .client()
          .resources(NodeRouteTable.class)
          .withName(node)
          .subresource("status")
          .patch(
              new PatchContext.Builder().withPatchType(PatchType.JSON_MERGE).build(),
              ("status: {observedGeneration: 2, routes: [{route: %s/app, problems: [{since:"
                      + " '2026-01-01T00:00:00Z', message: not reachable}]}]}")
                  .formatted(ns));

      assertThat(explain(cluster.kubeconfig(), ns + "/web")).isZero();
      assertThat(lines())
          .endsWith(
              "Node " + node + ": table of generation 2",
              "  says the same of this pod",
              "  its agent runs it",
              "  its agent reports since 2026-01-01T00:00:00Z, " + ns + "/app: not reachable");
    } finally {
      kubectl.run("delete", "clr,lep,nrt", node);
    }
  }

  @Test
  void shouldTellWhatTheUserMayReadAndNoteWhatNot(ControlPlane cluster, Kubectl kubectl)
      throws Exception {
    String ns = cluster.createNamespace("explain");
    kubectl.run("apply", "-f", "manifests/base/user-roles.yaml").orFail();
    kubectl
        .apply(
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: web, namespace: %1$s}
            spec: {containers: [{name: app, image: none}]}
            ---
            apiVersion: v1
            kind: ServiceAccount
            metadata: {name: dev, namespace: %1$s}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {name: dev, namespace: %1$s}
            rules:
            - {apiGroups: ["", logroute.io], resources: [pods, logroutes], verbs: [get, list]}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {name: dev, namespace: %1$s}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: dev}
            subjects: [{kind: ServiceAccount, name: dev}]
            """
                .formatted(ns))
        .orFail();
    String token = kubectl.run("create", "token", "dev", "-n", ns).orFail().out().strip();
    Path kubeconfig = Files.writeString(folder.resolve("config"), cluster.kubeconfig(token));

    await("the role to count: " + err)
        .atMost(Duration.ofSeconds(60))
        .until(() -> explain(kubeconfig, ns + "/web") == 0);

    assertThat(lines())
        .startsWith(
            "Pod " + ns + "/web, not on a node yet",
            "  note: you may not read the labels of namespace "
                + ns
                + ", so this is told without them",
            "  note: you may not read ClusterLogRoutes, so this is told without them",
            "  note: you may not read LogEndpoints, so this is told without them");
  }

  @Test
  void shouldSayThatThereIsNoSuchPod(ControlPlane cluster) {
    assertThat(explain(cluster.kubeconfig(), "default/none")).isEqualTo(1);
    assertThat(err.toString()).isEqualTo("logroute explain: there is no pod default/none\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"web", "a/b/c", "/web", "a/", ""})
  void shouldRefuseWhatIsNoPodsName(String name, ControlPlane cluster) {
    assertThat(explain(cluster.kubeconfig(), name)).isEqualTo(2);
    assertThat(err.toString())
        .isEqualTo("logroute explain: write NAMESPACE/POD, not '" + name + "'\n");
  }

  @Test
  void shouldSayInOneLineThatNothingAnswers() throws Exception {
    Path kubeconfig =
        Files.writeString(
            folder.resolve("config"),
            """
            apiVersion: v1
            kind: Config
            clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
            contexts: [{name: c, context: {cluster: c}}]
            current-context: c
            """);

    assertThat(explain(kubeconfig, "a/b")).isEqualTo(2);
    assertThat(err.toString().lines())
        .containsExactly(
            "logroute explain: the API server at https://127.0.0.1:1/ cannot be used: nothing"
                + " answers there; KUBECONFIG or --kubeconfig says which one to use");
  }

  private int explain(Path kubeconfig, String pod) {
    out.getBuffer().setLength(0);
    CommandLine commandLine = Main.commandLine();
    commandLine.setOut(new PrintWriter(out)).setErr(new PrintWriter(err, true));
    return commandLine.execute("explain", pod, "--kubeconfig=" + kubeconfig);
  }

  private List<String> lines() {
    return new ArrayList<>(out.toString().lines().toList());
  }
}
