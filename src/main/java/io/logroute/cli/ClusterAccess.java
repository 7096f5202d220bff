// SPDX-License-Identifier: Apache-2.0
package io.logroute.cli;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.logroute.operator.controller.TolerantSerialization;
import java.net.ConnectException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** How a command reaches the API server, and how it says that it cannot. */
final class ClusterAccess {

  private ClusterAccess() {}

  /**
   * Where the API server is.
   *
   * @param kubeconfig absent: KUBECONFIG, the home folder's, or the pod's service account
   * @throws UsageException when there is no such file
   */
  static Config config(@Nullable Path kubeconfig) {
    if (kubeconfig == null) {
      return Config.autoConfigure(null);
    }
    if (!Files.isReadable(kubeconfig)) {
      throw new UsageException("--kubeconfig " + kubeconfig + ": there is no such readable file");
    }
    return Config.fromKubeconfig(kubeconfig.toFile());
  }

  static KubernetesClient client(Config config) {
    return client(config, TolerantSerialization.create());
  }

  /** One that reads of tables what the operator needs. */
  static KubernetesClient operatorsClient(Config config) {
    return client(config, TolerantSerialization.withoutTables());
  }

  private static KubernetesClient client(Config config, KubernetesSerialization serialization) {
    return new KubernetesClientBuilder()
        .withConfig(config)
        .withHttpClientFactory(new JdkHttpClientFactory())
        .withKubernetesSerialization(serialization)
        .build();
  }

  /** The one line for the user when the API server does not do what it is asked. */
  static UsageException unusable(Config config, Exception e) {
    return new UsageException(
        "the API server at "
            + config.getMasterUrl()
            + " cannot be used: "
            + cause(e)
            + "; KUBECONFIG or --kubeconfig says which one to use");
  }

  /** What is behind an exception, in a few words. */
  static String cause(Throwable e) {
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
