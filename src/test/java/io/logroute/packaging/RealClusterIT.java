// SPDX-License-Identifier: Apache-2.0
package io.logroute.packaging;

import static io.logroute.packaging.Installation.CHART;
import static io.logroute.packaging.Installation.PATIENCE;
import static io.logroute.packaging.Installation.SYSTEM;
import static io.logroute.packaging.Installation.TIMEOUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.logroute.cli.Version;
import io.logroute.cluster.Kubectl;
import io.logroute.cluster.RealNode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
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
 * what the first line may take; the default allows for a busy machine. {@code
 * -Dlogroute.cluster.upgrade-from=COMMIT} installs chart and image of an earlier commit at first,
 * and upgrades from them and goes back to them instead of from this version to this version under
 * another name.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealClusterIT {

  private static final String IMAGE = "logroute/logroute:";

  private final boolean isLong = Boolean.getBoolean("logroute.cluster.long");
  private final int loudLines = isLong ? 480_000 : 80_000;
  private final int jobs = isLong ? 50 : 12;
  private String chartBefore = CHART;
  private RealNode node;
  private Kubectl kubectl;
  private Installation installation;

  @BeforeAll
  void startNode() {
    RealNode.whyNot().ifPresent(why -> assumeTrue(false, why));
    Path now = BuiltImage.archive();
    Path before = now;
    String versionBefore = Version.current();
    String commit = System.getProperty("logroute.cluster.upgrade-from");
    if (commit != null) {
      EarlierVersion earlier = EarlierVersion.of(commit);
      before = earlier.image();
      versionBefore = earlier.version();
      chartBefore = earlier.chart();
    }
    node = RealNode.start();
    kubectl = node.kubectl();
    installation = new Installation(node);
    loadAs(before, versionBefore, "before");
    loadAs(now, Version.current(), "now");
  }

  private void loadAs(Path archive, String version, String tag) {
    node.load(archive);
    node.tag(IMAGE + version, IMAGE + tag);
  }

  @AfterAll
  void stopNode() {
    if (node != null) {
      node.close();
    }
  }

  /** One test: a part of the story makes no sense without those before it. */
  @Test
  void shouldGoFromNothingThroughAStormToNothing() {
    deliverFromNothingWithinSeconds();
    loseNothingWhateverIsRestarted();
    installation.uninstall();
  }

  private void deliverFromNothingWithinSeconds() {
    installation.install(chartBefore, "--set", "image.tag=before");
    kubectl.run("create", "namespace", "team-a").orFail();
    kubectl.apply(Installation.route("team-a", "web")).orFail();
    installation.rolledOut();

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
        .until(() -> installation.arrived().count("web") == 1);
    Instant arrived = Instant.now();
    Instant started = Instant.parse(startOfWeb());

    Duration taken = Duration.between(started, arrived);
    System.out.printf(
        "RealClusterIT: the first line was at the receiver %d ms after its container's start (whole seconds)%n",
        taken.toMillis());
    assertThat(taken)
        .isLessThan(Duration.ofSeconds(Long.getLong("logroute.cluster.first-line-seconds", 60)));
    kubectl.run("wait", "--for=condition=Ready", "logroute/web", "-n", "team-a", TIMEOUT).orFail();
    kubectl.run("wait", "--for=condition=Ready", "logendpoint/central", TIMEOUT).orFail();
    kubectl.run("wait", "--for=condition=Ready", "logagent/default", TIMEOUT).orFail();
  }

  /** The kubelet may say it later than the container's first line arrives. */
  private String startOfWeb() {
    String startedAt = "{.status.containerStatuses[0].state.running.startedAt}";
    return await("the start of the container")
        .atMost(PATIENCE)
        .until(
            () -> installation.jsonPath(startedAt, "pod", "web", "-n", "team-a"),
            start -> !start.isBlank());
  }

  private void loseNothingWhateverIsRestarted() {
    installation.startWriters(loudLines, jobs);
    installation.awaitLines("state", 100);
    installation.awaitLines("loud", loudLines / 20);

    node.restart("kubelet", "containerd");
    kubectl.run("delete", "pod", "state-0", "-n", "storm").orFail();
    installation.awaitLines("loud", loudLines / 10);
    if (isLong) {
      kubectl.run("delete", "pod", "logroute-receiver-0", "-n", SYSTEM).orFail();
      installation.awaitLines("loud", loudLines / 4);
      kubectl
          .run("delete", "pod", "-n", SYSTEM, "-l", "app.kubernetes.io/component=agent")
          .orFail();
      installation.awaitLines("loud", loudLines / 3);
    }
    upgradeAndBack();

    installation.nothingLostNorTwice("RealClusterIT", loudLines, jobs, 2);
  }

  /** As the chart's page says: definitions first. They stay when the release goes back. */
  private void upgradeAndBack() {
    Path definitions = Checkout.ROOT.resolve(CHART).resolve("crds");
    kubectl
        .run("apply", "--server-side", "--force-conflicts", "-f", definitions.toString())
        .orFail();
    installation.upgrade(CHART, "--set", "image.tag=now");
    assertThat(installation.helm("test", "logroute", "-n", SYSTEM, TIMEOUT).out())
        .contains("Phase:          Succeeded");
    installation.rollback();
  }
}
