// SPDX-License-Identifier: Apache-2.0
package io.logroute.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code logroute explain}: why a pod's lines go where they go. */
@Command(
    name = "explain",
    description =
        "Says why a pod's lines go where they go, or do not: the routes that select it, the one that"
            + " decides for each container, its node's table, and what the agent there reports.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:explained",
      "1:there is no such pod",
      "2:the API server cannot be used, or a usage mistake"
    })
final class ExplainCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(arity = "1", paramLabel = "NAMESPACE/POD", description = "The pod.")
  private String pod;

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      description =
          "How to reach the API server (default: KUBECONFIG, ~/.kube/config, or the service account"
              + " of the pod).")
  private @Nullable Path kubeconfig;

  @Override
  public Integer call() {
    String[] parts = pod.split("/", -1);
    if (parts.length != 2 || parts[0].isEmpty() || parts[1].isEmpty()) {
      throw new UsageException("write NAMESPACE/POD, not '" + pod + "'");
    }
    return ExplainRun.explain(
        kubeconfig, parts[0], parts[1], spec.commandLine().getOut(), spec.commandLine().getErr());
  }
}
