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

  private static final String TRUST_STORE = "javax.net.ssl.trustStore";

  /** What both the client library and the JDK take for a list with nothing in it. */
  private static final String NO_TRUST_STORE = "NONE";

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

  /**
   * A client of this API server. Where the API server's own authority is named it is the only one
   * trusted: the client library would read the JDK's list of public ones beside it. A trust store
   * that the user names stays.
   */
  static KubernetesClient client(Config config) {
    return client(config, TolerantSerialization.create());
  }

  /** One that reads of tables what the operator needs. */
  static KubernetesClient operatorsClient(Config config) {
    return client(config, TolerantSerialization.withoutTables());
  }

  private static KubernetesClient client(Config config, KubernetesSerialization serialization) {
    boolean hasAuthority = config.getCaCertData() != null || config.getCaCertFile() != null;
    if (hasAuthority && System.getProperty(TRUST_STORE) == null) {
      System.setProperty(TRUST_STORE, NO_TRUST_STORE);
    }
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
