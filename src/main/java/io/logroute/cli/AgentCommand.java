// SPDX-License-Identifier: Apache-2.0
package io.logroute.cli;

import io.logroute.agent.Agent;
import io.logroute.agent.AgentOptions;
import io.logroute.agent.AgentStartException;
import io.logroute.agent.source.ApiServerConfig;
import io.logroute.agent.source.ApiServerConfigException;
import io.logroute.agent.source.ApiTableSource;
import io.logroute.agent.source.FileTableSource;
import io.logroute.agent.source.TableSource;
import io.logroute.agent.source.TableStore;
import io.logroute.agent.source.UnusableFileException;
import io.logroute.table.NodeRouteTable;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code logroute agent}: reads the log files of a node and sends what its table says. */
@Command(
    name = "agent",
    description = {
      "The node agent: reads the log files of this node's pods and sends their lines where the table"
          + " says.",
      "The table comes from --routes, a file that is followed, or else from the NodeRouteTable of"
          + " --node-name in the API server."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    showDefaultValues = true)
final class AgentCommand implements Callable<Integer> {

  /** What ending takes beside the grace. */
  private static final long CLOSING_MS = 5_000;

  @Option(
      names = "--routes",
      paramLabel = "FILE",
      description = "A NodeRouteTable document in YAML. Without it the API server is asked.")
  private @Nullable Path routes;

  @Option(
      names = "--node-name",
      paramLabel = "NAME",
      description = "The node's name; with --routes the table's name unless given.")
  private @Nullable String nodeName;

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      description = "How to reach the API server from outside a cluster.")
  private @Nullable Path kubeconfig;

  @Option(
      names = "--pods-dir",
      paramLabel = "DIR",
      defaultValue = "/var/log/pods",
      description = "The kubelet's folder of log files.")
  private Path podsFolder;

  @Option(
      names = "--containers-dir",
      paramLabel = "DIR",
      defaultValue = "/var/log/containers",
      description = "The kubelet's folder of links that name container ids.")
  private Path containersFolder;

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      defaultValue = "/var/lib/logroute",
      description = "Where positions and the last table are kept.")
  private Path stateFolder;

  @Option(
      names = "--http",
      paramLabel = "HOST:PORT",
      defaultValue = ":9464",
      converter = HostPortConverter.class,
      description = "Where /metrics, /healthz, /readyz and /debug/containers are served.")
  private InetSocketAddress http;

  @Option(
      names = "--grace-ms",
      paramLabel = "MS",
      defaultValue = "10000",
      description = "How long what is in flight may take to leave on SIGTERM.")
  private long graceMs;

  @Option(
      names = "--held-bytes",
      paramLabel = "BYTES",
      defaultValue = "${env:LOGROUTE_HELD_BYTES:-1Gi}",
      converter = QuantityConverter.class,
      description =
          "How much of deleted files is held until their lines are taken over; what is over it is"
              + " given up and counted. Also LOGROUTE_HELD_BYTES.")
  private long heldBytes;

  @Option(
      names = "--curve-dir",
      paramLabel = "DIR",
      defaultValue = "${env:LOGROUTE_CURVE_DIR:-/etc/logroute/curve}",
      description =
          "Where the CURVE keys of endpoints stand: NAME.server, NAME.public, NAME.secret. Also"
              + " LOGROUTE_CURVE_DIR.")
  private Path curveDir;

  @Override
  public Integer call() throws InterruptedException {
    if (!Files.isDirectory(podsFolder) || !Files.isReadable(podsFolder)) {
      throw new UsageException(
          "the pods folder "
              + podsFolder
              + " is not a folder that can be read: name it with --pods-dir");
    }
    try {
      return run();
    } catch (UnusableFileException | ApiServerConfigException | AgentStartException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  private int run() throws UnusableFileException, ApiServerConfigException, InterruptedException {
    TableSource source;
    NodeRouteTable table = null;
    String node = nodeName;
    if (routes != null) {
      FileTableSource.Opened opened = FileTableSource.open(routes);
      source = opened.source();
      table = opened.table();
      node = node == null ? table.node() : node;
    } else {
      if (node == null) {
        throw new UsageException("give --routes FILE, or --node-name NAME to ask the API server");
      }
      ApiServerConfig config = ApiServerConfig.locate(kubeconfig, System.getenv());
      source = new ApiTableSource(node, config, new TableStore(stateFolder));
    }
    AgentOptions options =
        new AgentOptions(
            podsFolder, containersFolder, stateFolder, http, node, graceMs, heldBytes, curveDir);
    Agent agent = new Agent(options, source, table);
    StopSignal stop = StopSignal.install(Duration.ofMillis(graceMs + CLOSING_MS));
    agent.start();
    stop.await();
    agent.close();
    stop.done(0);
    return 0;
  }
}
