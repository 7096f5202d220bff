// SPDX-License-Identifier: Apache-2.0
package io.logroute.cli;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.NamespacedKubernetesClient;
import io.fabric8.kubernetes.client.RequestConfig;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import io.logroute.operator.controller.LeaderSettings;
import io.logroute.operator.controller.LogRouteOperator;
import io.logroute.operator.controller.OperatorHttp;
import io.logroute.operator.controller.OperatorSettings;
import io.logroute.operator.controller.Prerequisites;
import io.logroute.operator.manifest.AgentSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/**
 * One run of the operator in this process. It ends at once when nothing answers where the API
 * server should be: then somebody gave the wrong address. What an administrator may still bring
 * (definitions, rights) is waited for, and a lost Lease or a failed start begins anew: none of them
 * needs a new process. So it says that it lives before anything else, and the probes of its pod end
 * it only when it does not even do that.
 *
 * @param kubeconfig absent: KUBECONFIG, the home folder's, or the pod's service account
 * @param deployment what this operator is a pod of, when it is one
 * @param http where health and metrics are
 */
record OperatorRun(
    @Nullable Path kubeconfig,
    String namespace,
    String agentImage,
    boolean inlineAddressesAllowed,
    boolean createDefaultLogAgent,
    @Nullable String deployment,
    InetSocketAddress http) {

  private static final Logger LOG = LoggerFactory.getLogger(OperatorRun.class);

  /** A running reconciliation has 5 s of it. */
  private static final Duration STOP_GRACE = Duration.ofSeconds(15);

  private static final Duration PAUSE = Duration.ofSeconds(2);

  /**
   * Runs until the process is told to stop.
   *
   * @throws UsageException with the one line for the user when it cannot start
   */
  void untilStopped() throws InterruptedException {
    Config config = ClusterAccess.config(kubeconfig);
    try (KubernetesClient client = ClusterAccess.operatorsClient(config)) {
      run(config, client);
    }
  }

  private void run(Config config, KubernetesClient client) throws InterruptedException {
    StopSignal stop = StopSignal.install(STOP_GRACE);
    int exitCode = CommandLine.ExitCode.USAGE;
    try (OperatorHttp server = listen()) {
      awaitPrerequisites(client, firstLook(config, client), stop);
      while (!stop.isAsked()) {
        work(client, server, stop);
      }
      exitCode = CommandLine.ExitCode.OK;
    } finally {
      stop.done(exitCode);
    }
  }

  private void work(KubernetesClient client, OperatorHttp server, StopSignal stop)
      throws InterruptedException {
    try (LogRouteOperator operator = new LogRouteOperator(client, settings())) {
      server.show(operator);
      operator.start();
      stop.awaitOr(operator.leadershipLost());
    } catch (IllegalStateException | KubernetesClientException e) {
      LOG.warn("the operator could not start, trying again: {}", ClusterAccess.cause(e));
    }
    stop.await(PAUSE);
  }

  private void awaitPrerequisites(KubernetesClient client, List<String> first, StopSignal stop)
      throws InterruptedException {
    List<String> missing = first;
    List<String> told = List.of();
    while (!missing.isEmpty() && !stop.isAsked()) {
      if (!missing.equals(told)) {
        missing.forEach(sentence -> LOG.warn("waiting: {}", sentence));
        told = missing;
      }
      stop.await(PAUSE);
      try {
        missing = new Prerequisites(client, namespace).missing();
      } catch (KubernetesClientException e) {
        missing = List.of("the API server cannot be asked: " + ClusterAccess.cause(e));
      }
    }
  }

  private OperatorSettings settings() {
    return new OperatorSettings(
        new AgentSettings(namespace, agentImage),
        inlineAddressesAllowed,
        createDefaultLogAgent,
        new LeaderSettings(namespace, identity(), deployment));
  }

  /** A pod's name is its own; elsewhere several may run on one host. */
  private static String identity() {
    String host = Objects.requireNonNullElse(System.getenv("HOSTNAME"), "operator");
    return System.getenv("KUBERNETES_SERVICE_HOST") == null
        ? host + "-" + UUID.randomUUID().toString().substring(0, 8)
        : host;
  }

  private OperatorHttp listen() {
    try {
      return new OperatorHttp(http);
    } catch (IOException e) {
      throw new UsageException(
          "--http " + http.getHostString() + ":" + http.getPort() + ": " + e.getMessage());
    }
  }

  /** Over the same connection as all that follows, but without trying again. */
  private List<String> firstLook(Config config, KubernetesClient client) {
    RequestConfig once =
        new RequestConfigBuilder(config.getRequestConfig()).withRequestRetryBackoffLimit(0).build();
    try {
      return client
          .adapt(NamespacedKubernetesClient.class)
          .withRequestConfig(once)
          .call(first -> new Prerequisites(first, namespace).missing());
    } catch (KubernetesClientException e) {
      throw ClusterAccess.unusable(config, e);
    }
  }
}
