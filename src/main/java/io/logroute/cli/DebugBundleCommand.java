// SPDX-License-Identifier: Apache-2.0
package io.logroute.cli;

import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code logroute debug-bundle}: all that is needed to find out from afar what is wrong. */
@Command(
    name = "debug-bundle",
    description = {
      "Gathers in one .tar.gz what somebody needs who is to find out why lines do not arrive: routes,"
          + " endpoints, agents and tables with their status, and of each operator, agent and receiver"
          + " the log, the metrics, and where it stands in each container's files.",
      "",
      "It reads with your own rights and changes nothing. What you may not read, or what does not"
          + " answer, is left out and named in the archive's README.txt. Secrets are never read;"
          + " values named like a secret, tokens and passwords in addresses are replaced. No line of"
          + " your applications is in it."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logroute debug-bundle                        of the whole installation",
      "  logroute debug-bundle --node node-7          of one node's agent, with all resources",
      "  tar -tzf logroute-debug-*.tar.gz             what is in it",
      "  tar -xzOf logroute-debug-*.tar.gz --wildcards '*/README.txt'",
      "                                               what it is, and what is missing"
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the bundle is written and whole",
      "1:the bundle is written, and names what is missing",
      "2:the API server cannot be used, the file cannot be written, or a usage mistake"
    })
final class DebugBundleCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--namespace",
      paramLabel = "NAME",
      defaultValue = "logroute-system",
      description = "Where operator and agents run (default: ${DEFAULT-VALUE}).")
  private String namespace;

  @Option(
      names = "--node",
      paramLabel = "NAME",
      description = "The agent of this node alone; several times for several (default: all).")
  private @Nullable Set<String> nodes;

  @Option(
      names = "--log-lines",
      paramLabel = "N",
      defaultValue = "5000",
      description = "The newest lines of each log (default: ${DEFAULT-VALUE}).")
  private int logLines;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description =
          "The archive, which must not be there yet (default: logroute-debug-<time>.tar.gz in the"
              + " current folder).")
  private @Nullable Path output;

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      description =
          "How to reach the API server (default: KUBECONFIG, ~/.kube/config, or the service account"
              + " of the pod).")
  private @Nullable Path kubeconfig;

  @Override
  public Integer call() {
    if (logLines < 1) {
      throw new UsageException("--log-lines is 1 or more, not " + logLines);
    }
    return DebugBundleRun.write(
        kubeconfig,
        namespace,
        nodes == null ? Set.of() : nodes,
        logLines,
        output,
        spec.commandLine().getOut());
  }
}
