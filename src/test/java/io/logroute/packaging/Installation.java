// SPDX-License-Identifier: Apache-2.0
package io.logroute.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logroute.cluster.Kubectl;
import io.logroute.cluster.RealNode;
import io.logroute.operator.controller.LeaderSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * LogRoute on a real node, installed by the chart as release {@code logroute}, with a receiver and
 * an acknowledged endpoint {@code central} that leads to it, and writers that say themselves what
 * they wrote.
 */
final class Installation {

  static final String SYSTEM = "logroute-system";
  static final String CHART = "charts/logroute";
  static final String TIMEOUT = "--timeout=300s";
  static final Duration PATIENCE = Duration.ofMinutes(5);

  private static final String RESOURCES = "src/test/resources/io/logroute/packaging/";
  private static final String VALUES = RESOURCES + "cluster-values.yaml";

  private final RealNode node;
  private final Kubectl kubectl;

  Installation(RealNode node) {
    this.node = node;
    this.kubectl = node.kubectl();
  }

  /** Installs a chart; the pods may not be there yet. */
  void install(String chart, String... settings) {
    release("install", chart, "--create-namespace", settings);
  }

  /** Upgrades to a chart and waits until all that it runs is there. */
  void upgrade(String chart, String... settings) {
    release("upgrade", chart, "--reset-values", settings);
    rolledOut();
  }

  private void release(String verb, String chart, String option, String... settings) {
    List<String> arguments =
        new ArrayList<>(List.of(verb, "logroute", chart, "-n", SYSTEM, option, "-f", VALUES));
    arguments.addAll(List.of(settings));
    helm(arguments.toArray(String[]::new));
  }

  /** Goes back by one revision and waits until all that it runs is there. */
  void rollback() {
    helm("rollback", "logroute", "-n", SYSTEM);
    rolledOut();
  }

  /** Runs Helm on the node, from the root of the checkout. */
  Command helm(String... arguments) {
    List<String> command = new ArrayList<>(List.of(node.enter(), "helm"));
    command.addAll(List.of(arguments));
    Command result = Command.run(command);
    result.outOrFail();
    return result;
  }

  /** Waits until operator, receiver and agents are those of the newest revision, and ready. */
  void rolledOut() {
    kubectl
        .run("rollout", "status", "deployment/logroute-operator", "-n", SYSTEM, TIMEOUT)
        .orFail();
    kubectl
        .run("rollout", "status", "statefulset/logroute-receiver", "-n", SYSTEM, TIMEOUT)
        .orFail();
    String path = "{.spec.template.spec.containers[0].image}";
    String image = jsonPath(path, "deployment", "logroute-operator", "-n", SYSTEM);
    await("agents of " + image)
        .atMost(PATIENCE)
        .until(
            () ->
                jsonPath(path, "daemonset", "logroute-agent-default", "-n", SYSTEM).equals(image));
    kubectl
        .run("rollout", "status", "daemonset/logroute-agent-default", "-n", SYSTEM, TIMEOUT)
        .orFail();
  }

  /** Makes namespace {@code storm} with a route to {@code central} and the writers. */
  void startWriters(int loudLines, int jobs) {
    kubectl.run("create", "namespace", "storm").orFail();
    kubectl.apply(route("storm", "storm")).orFail();
    kubectl.apply(writers(loudLines, jobs)).orFail();
  }

  private static String writers(int loudLines, int jobs) {
    try {
      return Files.readString(Checkout.ROOT.resolve(RESOURCES + "writers.yaml"))
          .replace("LOUD_LINES", String.valueOf(loudLines))
          .replace("JOBS", String.valueOf(jobs));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A route of all pods of a namespace. */
  static String route(String namespace, String name) {
    return """
        apiVersion: logroute.io/v1alpha1
        kind: LogRoute
        metadata: {name: %2$s, namespace: %1$s}
        spec: {tenantId: {value: %1$s}, serviceId: {value: %2$s}, endpointRef: {name: central}}
        """
        .formatted(namespace, name);
  }

  /**
   * Ends the writers, waits for their last lines and holds what has arrived to what they say that
   * they wrote: all of it, nothing twice.
   *
   * @param stateRuns how often the pod of the StatefulSet was started
   */
  void nothingLostNorTwice(String test, int loudLines, int jobs, int stateRuns) {
    String succeeded = "--for=jsonpath={.status.phase}=Succeeded";
    kubectl.run("wait", succeeded, "pod/loud", "-n", "storm", "--timeout=900s").orFail();
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
    System.out.printf("%s: nothing lost, nothing twice:%n%s", test, arrived.summary());
    assertThat(arrived.lines("loud")).isEqualTo(loudLines);
    assertThat(arrived.count("short")).isEqualTo(jobs);
    assertThat(arrived.count("crash")).isEqualTo(crashed);
    assertThat(arrived.count("state")).isEqualTo(stateRuns);
  }

  /** Waits for a pause of the crash loop and says how often the container ran. */
  private int endCrashLoop() {
    String status = "{.status.containerStatuses[0]";
    await("a pause of the crash loop")
        .atMost(PATIENCE)
        .until(
            () ->
                jsonPath(status + ".state.waiting.reason}", "pod", "crash", "-n", "storm")
                    .equals("CrashLoopBackOff"));
    int runs =
        1 + Integer.parseInt(jsonPath(status + ".restartCount}", "pod", "crash", "-n", "storm"));
    kubectl.run("delete", "pod", "crash", "-n", "storm").orFail();
    return runs;
  }

  void awaitLines(String writer, long lines) {
    await(lines + " lines of " + writer)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofSeconds(1))
        .until(() -> arrived().lines(writer) >= lines);
  }

  /**
   * All that the receiver has stored, by its files; a file that is rolled meanwhile means once
   * more.
   */
  WrittenRuns arrived() {
    return await("the receiver's files to be read")
        .atMost(PATIENCE)
        .ignoreException(IllegalStateException.class)
        .until(() -> WrittenRuns.in(node.disks()), runs -> true);
  }

  /** What kubectl finds at a path of an object; nothing when it is not there. */
  String jsonPath(String path, String... object) {
    List<String> arguments = new ArrayList<>(List.of("get", "-o", "jsonpath=" + path));
    arguments.addAll(List.of(object));
    return kubectl.run(arguments.toArray(String[]::new)).out();
  }

  /** Takes the release away: nothing of it may be left but what is documented to stay. */
  void uninstall() {
    helm("uninstall", "logroute", "-n", SYSTEM, "--wait");

    String labelled =
        "deploy,ds,sts,svc,sa,cm,pod,role,rolebinding,noderoutetable,logagent,logendpoint";
    await("no object of ours but definitions and routes")
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              assertThat(names(labelled, "-n", SYSTEM, "-l", "app.kubernetes.io/part-of=logroute"))
                  .isEmpty();
              assertThat(names("lease", "-n", SYSTEM))
                  .doesNotContain("lease.coordination.k8s.io/" + LeaderSettings.LEASE);
            });
    String global =
        "clusterrole,clusterrolebinding,validatingadmissionpolicy,validatingadmissionpolicybinding,noderoutetable,logagent,logendpoint";
    assertThat(names(global)).noneMatch(name -> name.contains("logroute"));
    await("no process of ours")
        .atMost(PATIENCE)
        .until(
            () -> Command.run(node.enter(), "pgrep", "-f", "io.logroute.cli.Main").exitCode() == 1);
    assertThat(Files.exists(node.varLib().resolve("logroute")))
        .as("the agents' state folder stays, as documented")
        .isTrue();
  }

  private List<String> names(String kinds, String... options) {
    List<String> arguments = new ArrayList<>(List.of("get", kinds, "-o", "name"));
    arguments.addAll(List.of(options));
    return kubectl
        .run(arguments.toArray(String[]::new))
        .orFail()
        .out()
        .lines()
        .filter(name -> !name.isBlank())
        .toList();
  }
}
