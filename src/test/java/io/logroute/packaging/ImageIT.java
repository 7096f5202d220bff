// SPDX-License-Identifier: Apache-2.0
package io.logroute.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.logroute.cli.Version;
import io.logroute.cluster.ControlPlane;
import io.logroute.cluster.FreePort;
import io.logroute.cluster.GuardedProcess;
import io.logroute.cluster.SharedApiServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The image as {@code -Pimage} builds it, unpacked and run in its own root folder as its own user.
 * There is no container engine in this: {@code unshare} and {@code chroot} need root, and without
 * it these tests are skipped.
 */
@ExtendWith(SharedApiServer.class)
class ImageIT {

  private static final Path TARGET = Checkout.ROOT.resolve("target");
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir static Path root;
  private static Path archive;
  private static JsonNode config;

  @BeforeAll
  static void buildAndUnpack(@TempDir Path unpacked) throws IOException {
    assumeTrue(
        Command.run("unshare", "--mount", "true").exitCode() == 0,
        "running the image without a container engine needs unshare, as root");
    archive = BuiltImage.archive();
    tar(archive, unpacked);
    ObjectMapper json = new ObjectMapper();
    JsonNode manifest = json.readTree(unpacked.resolve("manifest.json").toFile()).get(0);
    config = json.readTree(unpacked.resolve(manifest.get("Config").asText()).toFile());
    for (JsonNode layer : manifest.get("Layers")) {
      tar(unpacked.resolve(layer.asText()), root);
    }
    Files.createDirectory(root.resolve("proc"));
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThat(manifest.get("RepoTags").get(0).asText())
        .isEqualTo("logroute/logroute:" + Version.current());
  }

  private static void tar(Path archive, Path folder) {
    Command.run("tar", "-xf", archive.toString(), "-C", folder.toString()).outOrFail();
  }

  @Test
  void shouldBeSmallAndRunAsNobodyInParticular() throws IOException {
    assertThat(Files.size(archive)).isLessThan(150_000_000);
    assertThat(config.at("/config/User").asText()).isEqualTo("65532:65532");
    assertThat(config.at("/config/Entrypoint/0").asText()).isEqualTo("logroute");
  }

  @Test
  void shouldSayItsVersionInItsOwnRootFolder() {
    Command version = Command.run(inside("/usr/local/bin/logroute", "--version"));

    assertThat(version.outOrFail()).isEqualTo("logroute " + Version.current() + "\n");
  }

  @Test
  void shouldKeepTheKubernetesClientFromTheAgent() {
    String agent = Command.run(traced("agent")).outOrFail();
    String operator = Command.run(traced("operator")).outOrFail();

    assertThat(agent).contains("/opt/logroute/lib/jeromq").doesNotContain("lib-operator/");
    assertThat(operator).contains("/opt/logroute/lib-operator/kubernetes-client");
  }

  private static List<String> traced(String command) {
    return inside("/bin/sh", "-x", "/usr/local/bin/logroute", command, "--help");
  }

  /** The agent with its AOT cache: the JVM ends when it cannot use the one that it is given. */
  @Test
  void shouldRunAReceiverAndAnAgent() throws IOException {
    Files.createDirectories(root.resolve("tmp/pods"));
    Files.writeString(
        root.resolve("tmp/table.yaml"),
        """
        apiVersion: logroute.io/v1alpha1
        kind: NodeRouteTable
        metadata: {name: node-1}
        spec: {endpoints: [], routes: [], pods: []}
        """);

    try (GuardedProcess receiver =
            start(
                "receiver",
                Map.of(),
                "receive",
                "--bind-pull=tcp://127.0.0.1:" + FreePort.next(),
                "--http=127.0.0.1:" + FreePort.next(),
                "--data-dir=/tmp/data");
        GuardedProcess agent =
            start(
                "agent",
                Map.of("LOGROUTE_JAVA_OPTS", "-XX:AOTMode=on"),
                "agent",
                "--routes=/tmp/table.yaml",
                "--pods-dir=/tmp/pods",
                "--containers-dir=/tmp/pods",
                "--state-dir=/tmp/state",
                "--http=127.0.0.1:" + FreePort.next())) {
      awaitLine(receiver, "lines are kept in");
      awaitLine(agent, "in force");
    }
  }

  @Test
  void shouldRunAnOperator(ControlPlane cluster) throws IOException {
    Path ca = cluster.certificateAuthority();
    Path inside = root.resolve(ca.toString().substring(1));
    Files.createDirectories(inside.getParent());
    Files.copy(ca, inside);
    Files.copy(cluster.kubeconfig(), root.resolve("tmp/kubeconfig"));
    Files.setPosixFilePermissions(
        root.resolve("tmp/kubeconfig"), PosixFilePermissions.fromString("rw-r--r--"));

    try (GuardedProcess operator =
        start(
            "operator",
            Map.of(),
            "operator",
            "--kubeconfig=/tmp/kubeconfig",
            "--namespace=" + cluster.createNamespace("image"),
            "--http=127.0.0.1:" + FreePort.next())) {
      awaitLine(operator, "the operator runs");
    }
  }

  private static void awaitLine(GuardedProcess process, String text) {
    await("'" + text + "' in " + process.log())
        .atMost(SOON)
        .failFast("it ended, see " + process.log(), () -> !process.isAlive())
        .until(() -> Files.readString(process.log()).contains(text));
  }

  private static GuardedProcess start(
      String name, Map<String, String> environment, String... arguments) throws IOException {
    Path log = TARGET.resolve("image-it/" + name + ".log");
    Files.deleteIfExists(log);
    List<String> command = new ArrayList<>(inside("/usr/local/bin/logroute"));
    command.addAll(List.of(arguments));
    return GuardedProcess.start(command, environment, log);
  }

  /** A command in the image's root folder, as its user; the mount of /proc ends with it. */
  private static List<String> inside(String... command) {
    List<String> inside =
        new ArrayList<>(
            List.of(
                "unshare",
                "--mount",
                "sh",
                "-c",
                "mount --bind /proc \"$0/proc\" && exec chroot --userspec=65532:65532 \"$0\" \"$@\"",
                root.toString()));
    inside.addAll(List.of(command));
    return inside;
  }
}
