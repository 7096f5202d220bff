// SPDX-License-Identifier: Apache-2.0
package io.logroute.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicy;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.logroute.cluster.ControlPlane;
import io.logroute.cluster.Kubectl;
import io.logroute.cluster.SharedApiServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The chart with the real Helm against the real API server. */
@ExtendWith(SharedApiServer.class)
class ChartIT {

  private static final String CHART = "charts/logroute";
  private static final String FULL = "src/test/resources/io/logroute/packaging/full-values.yaml";

  /** Stand-ins for the definitions of the Prometheus operator: any spec. */
  private static final String MONITORING =
      """
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: %2$s.monitoring.coreos.com}
      spec:
        group: monitoring.coreos.com
        names: {kind: %1$s, plural: %2$s}
        scope: Namespaced
        versions:
        - name: v1
          served: true
          storage: true
          schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
      ---
      """;

  private final ControlPlane cluster;
  private final Kubectl kubectl;
  private final KubernetesClient client;
  private final Helm helm;

  ChartIT(ControlPlane cluster) {
    this.cluster = cluster;
    kubectl = cluster.kubectl();
    client = cluster.client();
    helm = new Helm(cluster.kubeconfig());
  }

  @Test
  void shouldPassHelmLint() {
    assertThat(helm.run("lint", "--strict", CHART).outOrFail()).contains("0 chart(s) failed");
    assertThat(helm.run("lint", "--strict", CHART, "-f", FULL).outOrFail())
        .contains("0 chart(s) failed");
  }

  @ParameterizedTest
  @CsvSource({
    "operator.replicas=-1, /operator/replicas",
    "operator.inlineAddresses=maybe, /operator/inlineAddresses",
    "operator.replica=1, /operator",
    "image.digest=sha256:1, /image/digest",
    "image.pullPolicy=Sometimes, /image/pullPolicy",
    "agent.toleration=x, /agent",
    "agent.stateDir=relative, /agent/stateDir",
    "agent.heldBytes=much, /agent/heldBytes",
    "endpoints.a.addresses[0]=10.0.0.5:5555, /endpoints/a/addresses/0",
    "endpoints.a.socket=PUB, /endpoints/a",
    "receiver.retainAge=soon, /receiver/retainAge",
    "networkPolicy.apiServerPorts[0]=0, /networkPolicy/apiServerPorts/0",
  })
  void shouldRefuseAWrongValue(String setting, String place) {
    Command refused = helm.run("template", "x", CHART, "--set", setting);

    assertThat(refused.exitCode()).isNotZero();
    assertThat(refused.out()).contains("at '" + place + "'");
  }

  @Test
  void shouldRenderWhatTheServerTakesWithNothingAndWithEverythingSet() {
    defineMonitoring();
    String namespace = cluster.createNamespace("chart");
    kubectl.run("label", "ns", namespace, "pod-security.kubernetes.io/warn=restricted").orFail();

    for (String rendered : new String[] {render(namespace), render(namespace, "-f", FULL)}) {
      Kubectl.Result applied =
          kubectl.runWithInput(
              rendered,
              "apply",
              "-n",
              namespace,
              "--server-side",
              "--field-manager=chart",
              "--force-conflicts",
              "--dry-run=server",
              "-f",
              "-");

      assertThat(applied.exitCode()).as(applied.err()).isZero();
      assertThat(applied.err()).isEmpty();
    }
  }

  @Test
  void shouldGiveTheRightsOfTheManifestsAndNoOthers() throws IOException {
    Map<String, Object> chart = rights(render("logroute-system"));

    assertThat(chart).hasSizeGreaterThanOrEqualTo(6);
    assertThat(chart)
        .isEqualTo(rights(Files.readString(Checkout.ROOT.resolve("manifests/install.yaml"))));
  }

  private Map<String, Object> rights(String yaml) {
    Map<String, Object> rights = new TreeMap<>();
    InputStream in = new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8));
    for (HasMetadata object : client.load(in).items()) {
      String name = object.getKind() + " " + object.getMetadata().getName();
      switch (object) {
        case ClusterRole role -> rights.put(name, role.getRules());
        case Role role -> rights.put(name, role.getRules());
        case ValidatingAdmissionPolicy policy -> rights.put(name, policy.getSpec());
        default -> {}
      }
    }
    return rights;
  }

  @Test
  void shouldInstallUpgradeAndLeaveNothing() {
    defineMonitoring();
    String namespace = cluster.createNamespace("chart");
    helm.run("install", "lr", CHART, "-n", namespace, "-f", FULL).outOrFail();

    assertThat(kubectl.run("get", "logagent", "default", "-o", "jsonpath={.spec.image}").out())
        .startsWith("logroute/logroute@sha256:");
    assertThat(kubectl.run("get", "lep", "receiver", "-o", "jsonpath={.spec.addresses}").out())
        .isEqualTo("[\"tcp://lr-receiver." + namespace + ".svc:5556\"]");
    assertThat(
            kubectl
                .run(
                    "get",
                    "svc",
                    "lr-receiver",
                    "-n",
                    namespace,
                    "-o",
                    "jsonpath={.spec.ports[*].name}")
                .out())
        .isEqualTo("sub pull acked http");

    helm.run("upgrade", "lr", CHART, "-n", namespace, "--set", "agent.logLevel=warn").outOrFail();
    assertThat(kubectl.run("get", "logagent", "default", "-o", "jsonpath={.spec.logLevel}").out())
        .isEqualTo("warn");
    assertThat(kubectl.run("get", "lep", "central", "receiver", "--ignore-not-found").out())
        .isEmpty();

    helm.run("uninstall", "lr", "-n", namespace).outOrFail();
    assertThat(
            kubectl
                .run(
                    "get",
                    "deploy,sts,svc,sa,role,rolebinding,clusterrole,clusterrolebinding,networkpolicy,"
                        + "pdb,validatingadmissionpolicy,validatingadmissionpolicybinding,logagent",
                    "-A",
                    "-l",
                    "helm.sh/chart",
                    "-o",
                    "name")
                .out())
        .isEmpty();
  }

  private String render(String namespace, String... arguments) {
    String[] all = new String[arguments.length + 5];
    System.arraycopy(new String[] {"template", "logroute", CHART, "-n", namespace}, 0, all, 0, 5);
    System.arraycopy(arguments, 0, all, 5, arguments.length);
    return helm.run(all).outOrFail();
  }

  private void defineMonitoring() {
    String definitions =
        MONITORING.formatted("PodMonitor", "podmonitors")
            + MONITORING.formatted("ServiceMonitor", "servicemonitors")
            + MONITORING.formatted("PrometheusRule", "prometheusrules");
    kubectl.apply(definitions).orFail();
    kubectl.run("wait", "--for=condition=Established", "crd", "--all").orFail();
  }
}
