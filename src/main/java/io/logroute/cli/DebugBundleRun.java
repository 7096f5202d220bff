// SPDX-License-Identifier: Apache-2.0
package io.logroute.cli;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.logroute.bundle.BundleFile;
import io.logroute.bundle.DebugBundle;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One run of {@code debug-bundle}; apart from the command, whose members an agent's process looks
 * at.
 */
final class DebugBundleRun {

  private static final int WRITTEN_WITH_GAPS = 1;

  /** An API server that is busy or restarting gets a second and a half. */
  private static final int RETRIES = 4;

  private DebugBundleRun() {}

  static int write(
      @Nullable Path kubeconfig,
      String namespace,
      Set<String> nodes,
      int logLines,
      @Nullable Path output,
      PrintWriter out) {
    Config config =
        new ConfigBuilder(ClusterAccess.config(kubeconfig))
            .withRequestRetryBackoffLimit(RETRIES)
            .build();
    BundleFile file = BundleFile.at(Instant.now(), output);
    Consumer<String> progress =
        sentence -> {
          out.println(sentence);
          out.flush();
        };
    try (KubernetesClient client = ClusterAccess.client(config)) {
      List<String> missing =
          DebugBundle.write(
              client,
              new DebugBundle.Request(namespace, nodes, logLines),
              file,
              Version.current(),
              progress);
      progress.accept(
          "Written: %s%s"
              .formatted(
                  file.path(),
                  missing.isEmpty()
                      ? "."
                      : "; %d things are missing, README.txt in it names them."
                          .formatted(missing.size())));
      return missing.isEmpty() ? 0 : WRITTEN_WITH_GAPS;
    } catch (KubernetesClientException e) {
      throw ClusterAccess.unusable(config, e);
    } catch (FileAlreadyExistsException e) {
      throw new UsageException(file.path() + " is there already; --output says another name");
    } catch (IOException e) {
      throw new UsageException(
          file.path() + " cannot be written: " + ClusterAccess.cause(e) + "; --output says where");
    }
  }
}
