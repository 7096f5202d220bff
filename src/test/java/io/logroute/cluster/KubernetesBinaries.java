// SPDX-License-Identifier: Apache-2.0
package io.logroute.cluster;

import java.nio.file.Files;
import java.nio.file.Path;

/** The programs that {@code src/test/cluster/kubernetes-binaries.sh} builds. */
final class KubernetesBinaries {

  private final Path folder =
      Path.of(ClusterScript.lineOf("kubernetes-binaries.sh", "--print-folder"));

  /** The path of a program, which the build has made. */
  Path program(String name) {
    Path program = folder.resolve(name);
    if (!Files.isExecutable(program)) {
      throw new IllegalStateException(
          program
              + " is missing: build it with `./mvnw pre-integration-test` or"
              + " `src/test/cluster/kubernetes-binaries.sh "
              + name
              + "`");
    }
    return program;
  }
}
