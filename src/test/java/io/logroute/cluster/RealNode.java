// SPDX-License-Identifier: Apache-2.0
package io.logroute.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;

/**
 * A real cluster of one node, by {@code src/test/cluster/node.sh}: kubelet, containerd and all the
 * rest in namespaces of their own, which end with this object and with this JVM, however that ends.
 * One at a time for each checkout; what a killed run left behind is cleared by the next start.
 * Several checkouts do not get in each other's way.
 */
public final class RealNode implements AutoCloseable {

  private static final Duration START_TIMEOUT = Duration.ofMinutes(10);
  private static final Path SCRIPT = ClusterScript.CHECKOUT.resolve("src/test/cluster/node.sh");
  private static final Path FOLDER =
      Path.of(
          "/var/tmp/logroute-node-"
              + Integer.toHexString(ClusterScript.CHECKOUT.toString().hashCode()));
  private static final Path DOWN_LOG =
      ClusterScript.CHECKOUT.resolve("target/cluster/node-down.log");
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "LOGROUTE_NODE_DIR",
          FOLDER.toString(),
          "LOGROUTE_NODE_BARE",
          "true",
          "JAVA_HOME",
          System.getProperty("java.home"));

  private final GuardedProcess process;
  private final Kubectl kubectl;

  private RealNode(GuardedProcess process, Kubectl kubectl) {
    this.process = process;
    this.kubectl = kubectl;
  }

  /** Why this machine cannot run a node, in one sentence; installs Debian's packages as root. */
  public static Optional<String> whyNot() {
    Path err = ClusterScript.CHECKOUT.resolve("target/cluster/node-check.log");
    int exitCode = script(err, "check");
    return exitCode == 0 ? Optional.empty() : Optional.of(lastLine(err));
  }

  /** Starts a node that knows no image but {@code busybox:1} and waits until it is ready. */
  public static RealNode start() {
    Path log = ClusterScript.CHECKOUT.resolve("target/cluster/node.log");
    script(DOWN_LOG, "down");
    GuardedProcess process;
    Path kubectl;
    try {
      Files.deleteIfExists(log);
      kubectl = kubectlThere();
      process = GuardedProcess.start(List.of("bash", SCRIPT.toString(), "run"), ENVIRONMENT, log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    RealNode node =
        new RealNode(
            process,
            new Kubectl(
                kubectl, FOLDER.resolve("admin.kubeconfig"), FOLDER.resolve("kubectl-cache")));
    try {
      Awaitility.await("a node, see " + log)
          .atMost(START_TIMEOUT)
          .failFast("the node ended, see " + log, () -> !process.isAlive())
          .until(() -> Files.exists(FOLDER.resolve("ready")));
    } catch (RuntimeException e) {
      node.close();
      throw e;
    }
    return node;
  }

  private static Path kubectlThere() throws IOException {
    Path file = ClusterScript.CHECKOUT.resolve("target/cluster/node-kubectl");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\nexec " + FOLDER + "/enter kubectl \"$@\"\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return file;
  }

  /** kubectl as the administrator. */
  public Kubectl kubectl() {
    return kubectl;
  }

  /**
   * The start of a command line that runs the rest on the node, in the current folder, with
   * kubectl, helm, ctr and {@code logroute} to be found.
   */
  public String enter() {
    return FOLDER.resolve("enter").toString();
  }

  /** Where volume claims have their files, one folder a volume. */
  public Path disks() {
    return FOLDER.resolve("disks");
  }

  /** The node's own {@code /var/lib}. */
  public Path varLib() {
    return FOLDER.resolve("own/lib");
  }

  /** Gives the node a docker-archive. */
  public void load(Path archive) {
    orFail("load", archive.toString());
  }

  /** Gives an image of the node a second name. */
  public void tag(String image, String other) {
    Path log = ClusterScript.CHECKOUT.resolve("target/cluster/node-tag.log");
    int exitCode =
        run(log, List.of(enter(), "ctr", "images", "tag", "--force", full(image), full(other)));
    if (exitCode != 0) {
      throw new IllegalStateException("ctr ended with " + exitCode + ": " + lastLine(log));
    }
  }

  private static String full(String image) {
    return "docker.io/" + image;
  }

  /** Stops programs of the node and starts them again: {@code kubelet}, {@code containerd}, … */
  public void restart(String... names) {
    List<String> arguments = new ArrayList<>(List.of("restart"));
    arguments.addAll(List.of(names));
    orFail(arguments.toArray(String[]::new));
  }

  @Override
  public void close() {
    saveLogs();
    process.kill();
    script(DOWN_LOG, "down");
  }

  private static void saveLogs() {
    Path logs = FOLDER.resolve("log");
    if (Files.isDirectory(logs)) {
      run(
          ClusterScript.CHECKOUT.resolve("target/cluster/node-logs.log"),
          List.of(
              "sh",
              "-c",
              "rm -rf \"$1\" && cp -R \"$0\" \"$1\"",
              logs.toString(),
              ClusterScript.CHECKOUT.resolve("target/cluster/node-logs").toString()));
    }
  }

  private static void orFail(String... arguments) {
    Path log = ClusterScript.CHECKOUT.resolve("target/cluster/node-" + arguments[0] + ".log");
    int exitCode = script(log, arguments);
    if (exitCode != 0) {
      throw new IllegalStateException("node.sh ended with " + exitCode + ": " + lastLine(log));
    }
  }

  private static int script(Path log, String... arguments) {
    List<String> command = new ArrayList<>(List.of("bash", SCRIPT.toString()));
    command.addAll(List.of(arguments));
    return run(log, command);
  }

  private static int run(Path log, List<String> command) {
    try {
      Files.createDirectories(log.getParent());
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.environment().putAll(ENVIRONMENT);
      return builder
          .redirectErrorStream(true)
          .redirectOutput(log.toFile())
          .start()
          .onExit()
          .join()
          .exitValue();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String lastLine(Path log) {
    try {
      List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
      return lines.isEmpty() ? "no message" : lines.getLast();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
