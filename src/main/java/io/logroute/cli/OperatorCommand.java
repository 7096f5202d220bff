// SPDX-License-Identifier: Apache-2.0
package io.logroute.cli;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code logroute operator}: the control plane, until SIGTERM.
 *
 * <p>The command line looks at every command's members, also in an agent's process, which has no
 * Kubernetes client: so none of its types is seen here.
 */
@Command(
    name = "operator",
    description =
        "The control plane: checks routes, tells each node what to do, runs the node agents.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
public final class OperatorCommand implements Callable<Integer> {

  @Option(
      names = "--namespace",
      paramLabel = "NAME",
      defaultValue = "logroute-system",
      description = "Where agents run: the operator's own namespace (default: ${DEFAULT-VALUE}).")
  private String namespace;

  @Option(
      names = "--agent-image",
      paramLabel = "IMAGE",
      description =
          "The image of agents whose LogAgent names none (default: logroute/logroute:<version>).")
  private @Nullable String agentImage;

  @Option(
      names = "--inline-addresses",
      defaultValue = "allow",
      description =
          "Whether a route may name an address itself: ${COMPLETION-CANDIDATES} (default:"
              + " ${DEFAULT-VALUE}).")
  private InlineAddresses inlineAddresses;

  @Option(
      names = "--create-default-log-agent",
      description = "Make a LogAgent 'default' when there is none at all.")
  private boolean createDefaultLogAgent;

  @Option(
      names = "--deployment",
      paramLabel = "NAME",
      description =
          "The operator's own Deployment in its namespace: the Lease is deleted together with it.")
  private @Nullable String deployment;

  @Option(
      names = "--http",
      paramLabel = "HOST:PORT",
      defaultValue = ":8081",
      converter = HostPortConverter.class,
      description = "Health and metrics (default: ${DEFAULT-VALUE}).")
  private InetSocketAddress http;

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      description =
          "How to reach the API server (default: KUBECONFIG, ~/.kube/config, or the service account"
              + " of the pod).")
  private @Nullable Path kubeconfig;

  enum InlineAddresses {
    allow,
    deny
  }

  @Override
  public Integer call() throws InterruptedException {
    String image = agentImage == null ? "logroute/logroute:" + Version.current() : agentImage;
    new OperatorRun(
            kubeconfig,
            namespace,
            image,
            inlineAddresses == InlineAddresses.allow,
            createDefaultLogAgent,
            deployment,
            http)
        .untilStopped();
    return 0;
  }
}
