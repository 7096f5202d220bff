// SPDX-License-Identifier: Apache-2.0
package io.logroute.cli;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.logroute.api.v1alpha1.ClusterLogRoute;
import io.logroute.api.v1alpha1.LogAgent;
import io.logroute.api.v1alpha1.LogEndpoint;
import io.logroute.api.v1alpha1.LogRoute;
import io.logroute.api.v1alpha1.NodeRouteTable;
import io.logroute.operator.controller.LogRouteOperator;
import io.logroute.operator.controller.OperatorHttp;
import io.logroute.operator.controller.OperatorSettings;
import io.logroute.operator.manifest.AgentSettings;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * One run of the operator in this process.
 *
 * @param kubeconfig absent: KUBECONFIG, the home folder's, or the pod's service account
 * @param http where health and metrics are
 */
record OperatorRun(
    @Nullable Path kubeconfig,
    String namespace,
    String agentImage,
    boolean inlineAddressesAllowed,
    boolean createDefaultLogAgent,
    InetSocketAddress http) {

  /** A running reconciliation has 5 s of it. */
  private static final Duration STOP_GRACE = Duration.ofSeconds(15);

  private static final List<Class<? extends HasMetadata>> KINDS =
      List.of(
          LogRoute.class,
          ClusterLogRoute.class,
          LogEndpoint.class,
          LogAgent.class,
          NodeRouteTable.class);

  /**
   * Runs until the process is told to stop.
   *
   * @throws UsageException with the one line for the user when it cannot start
   */
  void untilStopped() throws InterruptedException {
    Config config = config();
    try (KubernetesClient client = client(config)) {
      checkCluster(config);
      run(client);
    }
  }

  private void run(KubernetesClient client) throws InterruptedException {
    OperatorSettings settings =
        new OperatorSettings(
            new AgentSettings(namespace, agentImage),
            inlineAddressesAllowed,
            createDefaultLogAgent);
    StopSignal stop = StopSignal.install(STOP_GRACE);
    int exitCode = CommandLine.ExitCode.USAGE;
    try (LogRouteOperator operator = new LogRouteOperator(client, settings);
        OperatorHttp server = listen(operator)) {
      operator.start();
      stop.await();
      exitCode = CommandLine.ExitCode.OK;
    } catch (IllegalStateException e) {
      throw new UsageException(e.getMessage() + ": " + cause(e));
    } finally {
      stop.done(exitCode);
    }
  }

  private OperatorHttp listen(LogRouteOperator operator) {
    try {
      return new OperatorHttp(http, operator);
    } catch (IOException e) {
      throw new UsageException(
          "--http " + http.getHostString() + ":" + http.getPort() + ": " + e.getMessage());
    }
  }

  private Config config() {
    if (kubeconfig == null) {
      return Config.autoConfigure(null);
    }
    if (!Files.isReadable(kubeconfig)) {
      throw new UsageException("--kubeconfig " + kubeconfig + ": there is no such readable file");
    }
    return Config.fromKubeconfig(kubeconfig.toFile());
  }

  private static KubernetesClient client(Config config) {
    return new KubernetesClientBuilder()
        .withConfig(config)
        .withHttpClientFactory(new JdkHttpClientFactory())
        .build();
  }

  private static void checkCluster(Config config) {
    Config once = new ConfigBuilder(config).withRequestRetryBackoffLimit(0).build();
    try (KubernetesClient client = client(once)) {
      List<String> missing =
          KINDS.stream()
              .filter(kind -> !client.supports(kind))
              .map(HasMetadata::getFullResourceName)
              .toList();
      if (!missing.isEmpty()) {
        throw new UsageException(
            "the cluster has no definition of "
                + String.join(", ", missing)
                + ": kubectl apply -f crds/");
      }
    } catch (KubernetesClientException e) {
      throw new UsageException(
          "the API server at "
              + config.getMasterUrl()
              + " cannot be used: "
              + cause(e)
              + "; KUBECONFIG or --kubeconfig says which one to use");
    }
  }

  private static String cause(Throwable e) {
    Throwable root = e;
    boolean connecting = false;
    while (root.getCause() != null) {
      root = root.getCause();
      connecting |= root instanceof ConnectException;
    }
    if (root instanceof UnresolvedAddressException) {
      return "its name is not known here";
    }
    String message = root.getMessage();
    if (message != null) {
      return message;
    }
    return connecting ? "nothing answers there" : root.getClass().getSimpleName();
  }
}
