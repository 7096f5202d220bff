// SPDX-License-Identifier: Apache-2.0
package io.logroute.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.logroute.agent.AgentProcess;
import io.logroute.cluster.GuardedProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The short form of the bench, {@code src/test/bench/cost_check.py}: a line costs no more CPU
 * beside a yardstick, and no more allocated bytes, than docs/performance.md says. Skipped where it
 * cannot be measured, for want of a C compiler with libzmq's headers for instance.
 */
class LineCostIT {

  private static final Duration LIMIT = Duration.ofMinutes(4);
  private static final int NOT_MEASURABLE = 2;

  @TempDir private Path work;

  @Test
  void aLineCostsNoMoreThanItDid() throws IOException {
    Path said = work.resolve("cost-check.log");
    List<String> command =
        List.of(
            "python3",
            "src/test/bench/cost_check.py",
            "--java",
            ProcessHandle.current().info().command().orElse("java"),
            "--classpath",
            AgentProcess.classPath());
    try (GuardedProcess check = GuardedProcess.start(command, Map.of(), said)) {
      int exit = check.waitFor(LIMIT);
      String text = Files.readString(said);
      assumeTrue(exit != NOT_MEASURABLE, text);
      assertThat(exit).as(text).isZero();
    }
  }
}
