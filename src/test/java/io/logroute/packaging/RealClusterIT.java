// SPDX-License-Identifier: Apache-2.0
package io.logroute.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.logroute.cli.Version;
import io.logroute.cluster.Kubectl;
import io.logroute.cluster.RealNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * LogRoute on a real cluster with real pods: from nothing, through a storm of everything that
 * happens to a node, through an upgrade and back, to nothing.
 *
 * <p>{@code -Dlogroute.cluster.long} is the long form: 50 Jobs, a loud pod of five minutes, and
 * everything that is restarted is so on its own. {@code -Dlogroute.cluster.first-line-seconds=5} is
 * what the first line may take; the default allows for a busy machine.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealClusterIT {

  private static final String SYSTEM = "logroute-system";
  private static final String CHART = "charts/logroute";
  private static final String IMAGE = "logroute/logroute:";
  private static final String VALUES =
      "src/test/resources/io/logroute/packaging/cluster-values.yaml";
  private static final String KUBECTL_TIMEOUT = "--timeout=300s";
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final boolean isLong = Boolean.getBoolean("logroute.cluster.long");
  private final int loudLines = isLong ? 480_000 : 80_000;
  private final int jobs = isLong ? 50 : 12;
  private RealNode node;
  private Kubectl kubectl;

  @BeforeAll
  void startNode() {
    RealNode.whyNot().ifPresent(why -> assumeTrue(false, why));
    Path image = BuiltImage.archive();
    node = RealNode.start();
    kubectl = node.kubectl();
    node.load(image);
    node.tag(IMAGE + Version.current(), IMAGE + "next");
  }

  @AfterAll
  void stopNode() {
    if (node != null) {
      node.close();
    }
  }

  /** One test: a part of the story makes no sense without those before it. */
  @Test
  void shouldGoFromNothingThroughAStormToNothing() throws IOException {
    deliverFromNothingWithinSeconds();
    assertThat(helm("test", "logroute", "-n", SYSTEM, "--timeout=300s").out())
        .contains("Phase:          Succeeded");
    loseNothingWhateverIsRestarted();
    leaveNothingBehind();
  }

  private void deliverFromNothingWithinSeconds() {
    helm("install", "logroute", CHART, "-n", SYSTEM, "--create-namespace", "-f", VALUES);
    kubectl.run("create", "namespace", "team-a").orFail();
    kubectl.apply(route("team-a", "web")).orFail();
    rolledOut();

    kubectl
        .apply(
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: web, namespace: team-a, labels: {app: web}}
            spec:
              containers: [{name: app, image: "busybox:1", command: [sh, -c, "echo run web 1 0; echo run web 1 end 1; sleep 1000"]}]
            """)
        .orFail();
    await("the first line")
        .pollInterval(Duration.ofMillis(50))
        .atMost(PATIENCE)
        .until(() -> arrived().count("web") == 1);
    Instant arrived = Instant.now();
    Instant started =
        Instant.parse(
            jsonPath(
                "{.status.containerStatuses[0].state.running.startedAt}",
                "pod",
                "web",
                "-n",
                "team-a"));

    Duration taken = Duration.between(started, arrived);
    System.out.printf(
        "RealClusterIT: the first line was at the receiver %d ms after its container's start (whole seconds)%n",
        taken.toMillis());
    assertThat(taken)
        .isLessThan(Duration.ofSeconds(Long.getLong("logroute.cluster.first-line-seconds", 60)));
    kubectl
        .run("wait", "--for=condition=Ready", "logroute/web", "-n", "team-a", KUBECTL_TIMEOUT)
        .orFail();
    kubectl.run("wait", "--for=condition=Ready", "logendpoint/central", KUBECTL_TIMEOUT).orFail();
    kubectl.run("wait", "--for=condition=Ready", "logagent/default", KUBECTL_TIMEOUT).orFail();
  }

  private void loseNothingWhateverIsRestarted() throws IOException {
    kubectl.run("create", "namespace", "storm").orFail();
    kubectl.apply(route("storm", "storm")).orFail();
    kubectl.apply(writers()).orFail();
    rolledOut();
    awaitLines("state", 100);
    awaitLines("loud", loudLines / 20);

    node.restart("kubelet", "containerd");
    kubectl.run("delete", "pod", "state-0", "-n", "storm").orFail();
    awaitLines("loud", loudLines / 10);
    if (isLong) {
      kubectl.run("delete", "pod", "logroute-receiver-0", "-n", SYSTEM).orFail();
      awaitLines("loud", loudLines / 4);
      kubectl
          .run("delete", "pod", "-n", SYSTEM, "-l", "app.kubernetes.io/component=agent")
          .orFail();
      awaitLines("loud", loudLines / 3);
    }
    upgrade("--set", "image.tag=next");
    helm("rollback", "logroute", "-n", SYSTEM);
    rolledOut();

    kubectl
        .run(
            "wait",
            "--for=jsonpath={.status.phase}=Succeeded",
            "pod/loud",
            "-n",
            "storm",
            "--timeout=900s")
        .orFail();
    kubectl
        .run("wait", "--for=condition=Complete", "job/short", "-n", "storm", "--timeout=600s")
        .orFail();
    int crashed = endCrashLoop();
    kubectl.run("delete", "statefulset", "state", "-n", "storm", "--cascade=foreground").orFail();

    await("all that was written")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofSeconds(1))
        .untilAsserted(() -> assertThat(arrived().faults()).isEmpty());
    WrittenRuns arrived = arrived();
    System.out.printf("RealClusterIT: nothing lost, nothing twice:%n%s", arrived.summary());
    assertThat(arrived.lines("loud")).isEqualTo(loudLines);
    assertThat(arrived.count("short")).isEqualTo(jobs);
    assertThat(arrived.count("crash")).isEqualTo(crashed);
    assertThat(arrived.count("state")).isEqualTo(2);
  }

  /** Waits for a pause of the crash loop and says how often the container ran. */
  private int endCrashLoop() {
    await("a pause of the crash loop")
        .atMost(PATIENCE)
        .until(
            () ->
                jsonPath(
                        "{.status.containerStatuses[0].state.waiting.reason}",
                        "pod",
                        "crash",
                        "-n",
                        "storm")
                    .equals("CrashLoopBackOff"));
    int runs =
        1
            + Integer.parseInt(
                jsonPath(
                    "{.status.containerStatuses[0].restartCount}", "pod", "crash", "-n", "storm"));
    kubectl.run("delete", "pod", "crash", "-n", "storm").orFail();
    return runs;
  }

  private void leaveNothingBehind() {
    helm("uninstall", "logroute", "-n", SYSTEM, "--wait");

    await("no object of ours but definitions and routes")
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(
                        kubectl
                            .run(
                                "get",
                                "deploy,ds,sts,svc,sa,cm,pod,role,rolebinding,lease,noderoutetable,logagent,logendpoint",
                                "-n",
                                SYSTEM,
                                "-o",
                                "name",
                                "-l",
                                "app.kubernetes.io/part-of=logroute")
                            .orFail()
                            .out())
                    .isEmpty());
    assertThat(
            kubectl
                .run(
                    "get",
                    "clusterrole,clusterrolebinding,validatingadmissionpolicy,validatingadmissionpolicybinding,noderoutetable,logagent,logendpoint",
                    "-o",
                    "name")
                .orFail()
                .out()
                .lines()
                .filter(name -> name.contains("logroute")))
        .isEmpty();
    await("no process of ours")
        .atMost(PATIENCE)
        .until(
            () -> Command.run(node.enter(), "pgrep", "-f", "io.logroute.cli.Main").exitCode() == 1);
    assertThat(Files.exists(node.varLib().resolve("logroute")))
        .as("the agents' state folder stays, as documented")
        .isTrue();
  }

  private String writers() throws IOException {
    return Files.readString(
            Checkout.ROOT.resolve("src/test/resources/io/logroute/packaging/writers.yaml"))
        .replace("LOUD_LINES", String.valueOf(loudLines))
        .replace("JOBS", String.valueOf(jobs));
  }

  private static String route(String namespace, String name) {
    return """
        apiVersion: logroute.io/v1alpha1
        kind: LogRoute
        metadata: {name: %2$s, namespace: %1$s}
        spec: {tenantId: {value: %1$s}, serviceId: {value: %2$s}, endpointRef: {name: central}}
        """
        .formatted(namespace, name);
  }

  private void upgrade(String... settings) {
    List<String> arguments =
        new ArrayList<>(List.of("upgrade", "logroute", CHART, "-n", SYSTEM, "-f", VALUES));
    arguments.addAll(List.of(settings));
    helm(arguments.toArray(String[]::new));
    rolledOut();
  }

  private void rolledOut() {
    kubectl
        .run("rollout", "status", "deployment/logroute-operator", "-n", SYSTEM, KUBECTL_TIMEOUT)
        .orFail();
    kubectl
        .run("rollout", "status", "statefulset/logroute-receiver", "-n", SYSTEM, KUBECTL_TIMEOUT)
        .orFail();
    String image =
        jsonPath(
            "{.spec.template.spec.containers[0].image}",
            "deployment",
            "logroute-operator",
            "-n",
            SYSTEM);
    await("agents of " + image)
        .atMost(PATIENCE)
        .until(
            () ->
                jsonPath(
                        "{.spec.template.spec.containers[0].image}",
                        "daemonset",
                        "logroute-agent-default",
                        "-n",
                        SYSTEM)
                    .equals(image));
    kubectl
        .run("rollout", "status", "daemonset/logroute-agent-default", "-n", SYSTEM, KUBECTL_TIMEOUT)
        .orFail();
  }

  private void awaitLines(String writer, long lines) {
    await(lines + " lines of " + writer)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofSeconds(1))
        .until(() -> arrived().lines(writer) >= lines);
  }

  /**
   * All that the receiver has stored, by its files; a file that is rolled meanwhile means once
   * more.
   */
  private WrittenRuns arrived() {
    return await("the receiver's files to be read")
        .atMost(PATIENCE)
        .ignoreException(IllegalStateException.class)
        .until(() -> WrittenRuns.in(node.disks()), runs -> true);
  }

  private String jsonPath(String path, String... object) {
    List<String> arguments = new ArrayList<>(List.of("get", "-o", "jsonpath=" + path));
    arguments.addAll(List.of(object));
    return kubectl.run(arguments.toArray(String[]::new)).out();
  }

  private Command helm(String... arguments) {
    List<String> command = new ArrayList<>(List.of(node.enter(), "helm"));
    command.addAll(List.of(arguments));
    Command result = Command.run(command);
    result.outOrFail();
    return result;
  }
}
