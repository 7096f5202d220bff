// SPDX-License-Identifier: Apache-2.0
package io.logroute.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.logroute.cluster.ClusterScript;
import io.logroute.cluster.ControlPlane;
import io.logroute.cluster.FreePort;
import io.logroute.cluster.GuardedProcess;
import io.logroute.cluster.Kubectl;
import io.logroute.lint.Linter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code manifests/} on an API server that has never seen LogRoute. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InstallManifestIT {

  private static final String TEAMS = "docs/teams.md";
  private static final String SYSTEM = "logroute-system";
  private static final Duration SOON = Duration.ofSeconds(60);

  private final ControlPlane cluster = ControlPlane.startEmpty();
  private final Kubectl kubectl = cluster.kubectl();
  private final KubernetesClient client = cluster.client();
  private Kubectl.Result installed = new Kubectl.Result(-1, "", "not installed");

  @BeforeAll
  void install() {
    installed = kubectl.run("apply", "-f", path("manifests/install.yaml"));
    kubectl.run("wait", "--for=condition=Established", "crd", "--all").orFail();
  }

  @AfterAll
  void stop() {
    cluster.close();
  }

  @Test
  void shouldBeWhatTheGeneratorWrites(@TempDir Path generated) {
    Command.run("sh", "manifests/generate.sh", "--to", generated.toString()).outOrFail();

    for (String folder : List.of("manifests", "charts")) {
      assertThat(Checkout.texts(Checkout.ROOT.resolve(folder)))
          .as(folder + "/ is not what follows from its sources: run manifests/generate.sh")
          .isEqualTo(Checkout.texts(generated.resolve(folder)));
    }
  }

  @Test
  void shouldInstallInOneGoAndThenChangeNothing() {
    assertThat(installed.exitCode()).as(installed.err()).isZero();
    assertThat(installed.err()).isEmpty();
    assertThat(installed.out().lines()).isNotEmpty().allMatch(line -> line.endsWith(" created"));

    String before = versions();

    kubectl.run("apply", "-f", path("manifests/install.yaml")).orFail();

    assertThat(versions()).isEqualTo(before);
  }

  private String versions() {
    return kubectl
        .run(
            "get",
            "-f",
            path("manifests/install.yaml"),
            "-o",
            "jsonpath={range .items[*]}{.kind} {.metadata.name} {.metadata.resourceVersion}{'\\n'}")
        .orFail()
        .out();
  }

  @Test
  void shouldHaveExamplesThatTheServerAccepts() {
    Kubectl.Result applied = kubectl.run("apply", "-f", path("manifests/examples"));

    assertThat(applied.exitCode()).as(applied.err()).isZero();
    assertThat(applied.err()).isEmpty();
  }

  @Test
  void shouldTakeEveryResourceOfThePageForTeams(@TempDir Path folder) throws IOException {
    kubectl.run("apply", "-f", path("manifests/examples")).orFail();
    DocumentedCommands page = new DocumentedCommands(TEAMS, "yaml");
    List<String> resources = new ArrayList<>();
    for (String heading : Set.copyOf(page.headings())) {
      resources.addAll(page.below(heading));
    }
    assertThat(resources).hasSize(4);

    Path all = Files.writeString(folder.resolve("all.yaml"), String.join("---\n", resources));

    assertThat(new Linter().lint(List.of(all.toString()), InputStream.nullInputStream()).problems())
        .isEmpty();
    Kubectl.Result applied = kubectl.run("apply", "--dry-run=server", "-f", all.toString());
    assertThat(applied.exitCode()).as(applied.err()).isZero();
    assertThat(applied.err()).isEmpty();
  }

  @Test
  void shouldAnswerEveryCommandOfThePageForTeams() {
    kubectl.run("apply", "-f", path("manifests/examples")).orFail();
    DocumentedCommands page = new DocumentedCommands(TEAMS);
    String programs =
        "export KUBECONFIG='%s'; kubectl() { '%s' \"$@\"; }; logroute() { '%s' -cp '%s' io.logroute.cli.Main \"$@\"; }; "
            .formatted(
                cluster.kubeconfig(),
                ClusterScript.programOf("kubernetes-binaries.sh", "kubectl"),
                Path.of(System.getProperty("java.home"), "bin", "java"),
                System.getProperty("java.class.path"));

    for (String heading : Set.copyOf(page.headings())) {
      for (String command : page.below(heading).getFirst().lines().toList()) {
        String said = Command.run("sh", "-c", programs + command).outOrFail();
        assertThat(said).as(command).isNotBlank();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"private-registry", "openshift"})
  void shouldHaveOverlaysThatTheServerAccepts(String overlay) {
    String objects = kubectl.run("kustomize", path("manifests/overlays/" + overlay)).orFail().out();

    Kubectl.Result applied = kubectl.runWithInput(objects, "apply", "--dry-run=server", "-f", "-");

    assertThat(applied.exitCode()).as(applied.err()).isZero();
    assertThat(objects).contains("kind: Deployment", "name: logroute-agent");
  }

  @Test
  void shouldKeepTheOperatorWithinPodSecurityRestricted() {
    String namespace = cluster.createNamespace("restricted");
    kubectl.run("label", "ns", namespace, "pod-security.kubernetes.io/enforce=restricted").orFail();
    PodSpec spec =
        client
            .apps()
            .deployments()
            .inNamespace(SYSTEM)
            .withName("logroute-operator")
            .get()
            .getSpec()
            .getTemplate()
            .getSpec();
    Pod pod =
        new PodBuilder()
            .withNewMetadata()
            .withName("operator")
            .withNamespace(namespace)
            .endMetadata()
            .withSpec(spec)
            .build();

    HasMetadata admitted = client.resource(pod).dryRun().create();

    assertThat(admitted.getMetadata().getName()).isEqualTo("operator");
  }

  @Test
  void shouldGiveTheOperatorTheRightsThatItNeeds(@TempDir Path folder) throws IOException {
    kubectl.run("apply", "-f", path("manifests/examples")).orFail();
    kubectl.run("delete", "logagents", "--all").orFail();
    kubectl.apply("{apiVersion: v1, kind: Node, metadata: {name: node-1}}").orFail();
    kubectl
        .apply(
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: bound, namespace: team-a, labels: {app: web}}
            spec: {nodeName: node-1, containers: [{name: app, image: none}]}
            """)
        .orFail();
    Path log = Checkout.ROOT.resolve("target/cluster/operator-own-rights.log");
    Files.deleteIfExists(log);

    try (GuardedProcess operator = operator(folder, log)) {
      await("the agents' DaemonSet, a table and a route's status, see " + log)
          .atMost(SOON)
          .failFast("the operator ended, see " + log, () -> !operator.isAlive())
          .untilAsserted(this::assertThatTheOperatorWorks);
    }

    assertThat(Files.readString(log)).doesNotContainIgnoringCase("forbidden");
    assertThat(kubectl.run("get", "logagent", "default").exitCode()).isZero();
  }

  private void assertThatTheOperatorWorks() {
    DaemonSet agents =
        client.apps().daemonSets().inNamespace(SYSTEM).withName("logroute-agent-default").get();
    assertThat(agents).isNotNull();
    assertThat(jsonPath("nrt", "node-1", "{.spec.pods[*].name}")).contains("bound");
    assertThat(
            kubectl
                .run(
                    "get",
                    "logroute",
                    "-n",
                    "team-a",
                    "web",
                    "-o",
                    "jsonpath={.status.conditions[?(@.type=='Accepted')].status}")
                .out())
        .isEqualTo("True");
    assertThat(jsonPath("lep", "central", "{.status.conditions[?(@.type=='Accepted')].status}"))
        .isEqualTo("True");
  }

  private String jsonPath(String kind, String name, String path) {
    return kubectl.run("get", kind, name, "-o", "jsonpath=" + path).out();
  }

  private GuardedProcess operator(Path folder, Path log) throws IOException {
    String token =
        kubectl.run("create", "token", "logroute-operator", "-n", SYSTEM).orFail().out().strip();
    Path kubeconfig = folder.resolve("operator.kubeconfig");
    Files.writeString(kubeconfig, cluster.kubeconfig(token));
    return GuardedProcess.start(
        List.of(
            ProcessHandle.current().info().command().orElse("java"),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            "io.logroute.cli.Main",
            "operator",
            "--kubeconfig=" + kubeconfig,
            "--namespace=" + SYSTEM,
            "--http=127.0.0.1:" + FreePort.next(),
            "--create-default-log-agent"),
        Map.of(),
        log);
  }

  private static String path(String name) {
    return Checkout.ROOT.resolve(name).toString();
  }
}
