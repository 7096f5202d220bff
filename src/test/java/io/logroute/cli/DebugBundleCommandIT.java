// SPDX-License-Identifier: Apache-2.0
package io.logroute.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logroute.cluster.ControlPlane;
import io.logroute.cluster.FreePort;
import io.logroute.cluster.Kubectl;
import io.logroute.cluster.SharedApiServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * {@code logroute debug-bundle} on a real API server that has no kubelet: everything about the pods
 * fails. {@code NewcomersPathIT} makes a whole one, on a real cluster.
 */
@ExtendWith(SharedApiServer.class)
class DebugBundleCommandIT {

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir private Path folder;

  @Test
  void shouldGatherWhatThereIsAndNameWhatIsNot(ControlPlane cluster, Kubectl kubectl)
      throws IOException {
    String ns = cluster.createNamespace("bundle");
    String node = cluster.unique("bundle-node");
    kubectl
        .apply(
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: agent-1, namespace: %1$s}
            spec:
              nodeName: %2$s
              containers:
              - name: agent
                image: none
                env: [{name: DB_PASSWORD, value: hunter2}]
                ports: [{name: metrics, containerPort: 9464}]
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: keys, namespace: %1$s}
            stringData: {key: hunter2}
            ---
            apiVersion: logroute.io/v1alpha1
            kind: LogRoute
            metadata: {name: web, namespace: %1$s}
            spec: {zmqAddress: 'tcp://a:1'}
            """
                .formatted(ns, node))
        .orFail();

    int exitCode = bundle(cluster.kubeconfig(), "--namespace=" + ns);

    assertThat(exitCode).as(err.toString()).isOne();
    Path unpacked = unpack();
    assertThat(Files.readString(unpacked.resolve("resources/logroutes.json")))
        .contains("\"namespace\" : \"" + ns + "\"", "tcp://a:1");
    assertThat(Files.readString(unpacked.resolve("versions.json"))).contains("gitVersion");
    assertThat(Files.readString(unpacked.resolve("system/pods.json")))
        .contains("agent-1", "DB_PASSWORD");
    assertThat(Files.readString(unpacked.resolve("README.txt")))
        .contains("- agents/agent-1/log.txt: ", "- agents/agent-1/containers.json: ")
        .doesNotContain("Nothing is missing");
    assertThat(everything(unpacked)).doesNotContain("hunter2");
    assertThat(out.toString().lines())
        .contains("Logroutes: " + count(unpacked) + " objects.")
        .anyMatch(line -> line.startsWith("Not to be had: agents/agent-1/log.txt: "))
        .anyMatch(line -> line.startsWith("Written: "))
        .allMatch(line -> line.endsWith("."));
  }

  private static String count(Path unpacked) throws IOException {
    String list = Files.readString(unpacked.resolve("resources/logroutes.json"));
    return String.valueOf(list.split("\"kind\" : \"LogRoute\"", -1).length - 1);
  }

  @Test
  void shouldNotWriteOverAFileAndBeReadableByItsOwnerAlone(ControlPlane cluster, Kubectl kubectl)
      throws IOException {
    String kinds = "logroutes,clusterlogroutes,logendpoints,logagents,noderoutetables";
    await("definitions that were made just now")
        .atMost(Duration.ofSeconds(60))
        .until(() -> kubectl.run("get", kinds, "-A").exitCode() == 0);
    String namespace = "--namespace=" + cluster.createNamespace("bundle");

    assertThat(bundle(cluster.kubeconfig(), namespace)).as(out.toString()).isZero();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(archive())))
        .isEqualTo("rw-------");
    assertThat(bundle(cluster.kubeconfig(), namespace)).isEqualTo(2);
    assertThat(err.toString()).contains("is there already; --output says another name");
  }

  @Test
  void shouldSayInOneLineThatThereIsNoApiServer(ControlPlane cluster) throws IOException {
    String wrong =
        Files.readString(cluster.kubeconfig())
            .replaceAll("https://[^\\s\"]+", "https://127.0.0.1:" + FreePort.next());
    Path kubeconfig = Files.writeString(folder.resolve("kubeconfig"), wrong);

    assertThat(bundle(kubeconfig)).isEqualTo(2);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).contains("cannot be used");
    assertThat(archive()).doesNotExist();
  }

  private Path archive() {
    return folder.resolve("bundle.tar.gz");
  }

  private int bundle(Path kubeconfig, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("debug-bundle", "--kubeconfig=" + kubeconfig, "--output=" + archive()));
    arguments.addAll(List.of(more));
    CommandLine command = Main.commandLine();
    command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return command.execute(arguments.toArray(String[]::new));
  }

  private Path unpack() throws IOException {
    Path target = Files.createDirectories(folder.resolve("unpacked"));
    Process tar =
        new ProcessBuilder("tar", "-xzf", archive().toString(), "-C", target.toString())
            .inheritIO()
            .start();
    assertThat(tar.onExit().join().exitValue()).isZero();
    try (Stream<Path> folders = Files.list(target)) {
      return folders.findFirst().orElseThrow();
    }
  }

  private static String everything(Path unpacked) throws IOException {
    StringBuilder text = new StringBuilder();
    try (Stream<Path> files = Files.walk(unpacked)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        text.append(Files.readString(file));
      }
    }
    return text.toString();
  }
}
