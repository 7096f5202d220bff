// SPDX-License-Identifier: Apache-2.0
package io.logroute.packaging;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs the real Helm, which {@code src/test/cluster/helm-binary.sh} builds. */
final class Helm {

  private final Path program =
      Path.of(
              Command.run("sh", "src/test/cluster/helm-binary.sh", "--print-folder")
                  .outOrFail()
                  .strip())
          .resolve("helm");
  private final Path kubeconfig;

  Helm(Path kubeconfig) {
    this.kubeconfig = kubeconfig;
    if (!Files.isExecutable(program)) {
      throw new IllegalStateException(
          program + " is missing: build it with src/test/cluster/helm-binary.sh");
    }
  }

  /** Runs {@code helm ARGUMENTS…} in the root of the checkout. */
  Command run(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.addAll(List.of(arguments));
    command.add("--kubeconfig=" + kubeconfig);
    return Command.run(command);
  }
}
