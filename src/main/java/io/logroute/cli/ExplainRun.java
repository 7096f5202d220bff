// SPDX-License-Identifier: Apache-2.0
package io.logroute.cli;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.logroute.explain.Explain;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One run of {@code explain}; apart from the command, whose members an agent's process looks at.
 */
final class ExplainRun {

  private static final int NO_SUCH_POD = 1;

  private ExplainRun() {}

  static int explain(
      @Nullable Path kubeconfig, String namespace, String pod, PrintWriter out, PrintWriter err) {
    Config config =
        new ConfigBuilder(ClusterAccess.config(kubeconfig)).withRequestRetryBackoffLimit(0).build();
    try (KubernetesClient client = ClusterAccess.client(config)) {
      Optional<List<String>> lines = Explain.pod(client, namespace, pod);
      lines.ifPresent(explained -> explained.forEach(out::println));
      out.flush();
      if (lines.isEmpty()) {
        err.println("logroute explain: there is no pod " + namespace + "/" + pod);
        err.flush();
        return NO_SUCH_POD;
      }
      return 0;
    } catch (KubernetesClientException e) {
      throw ClusterAccess.unusable(config, e);
    }
  }
}
