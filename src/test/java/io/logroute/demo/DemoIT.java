// SPDX-License-Identifier: Apache-2.0
package io.logroute.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logroute.cluster.GuardedProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as a user gives it. */
class DemoIT {

  @TempDir private Path folder;

  @Test
  void shouldEndWithTheVerdictWhenEverythingArrived() throws IOException {
    try (GuardedProcess demo = demo("--lines", "30000", "--duration", "3s")) {
      assertThat(demo.waitFor(Duration.ofSeconds(90))).as(output()).isZero();
    }

    assertThat(output().lines())
        .contains("demo: written 30000 lines = received 30000 lines")
        .anyMatch(line -> line.startsWith("demo:") && line.contains("acme/web "));
    assertThat(temporaryFolders()).isEmpty();
  }

  @Test
  void shouldGoOnUntilStoppedWhenAskedAndJudgeAgain() throws IOException {
    try (GuardedProcess demo = demo("--lines", "2000", "--duration", "1s", "--keep-running")) {
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> output().contains("goes on") || !demo.isAlive());
      assertThat(demo.terminate(Duration.ofSeconds(60))).as(output()).isZero();
    }

    assertThat(output()).contains("demo: written 2000 lines = received 2000 lines");
    assertThat(
            output()
                .lines()
                .filter(line -> line.matches("demo: written (\\d+) lines = received \\1 lines")))
        .hasSize(2);
  }

  @Test
  void shouldRefuseAFolderThatIsNotEmpty() throws IOException {
    Files.writeString(folder.resolve("mine"), "keep");
    try (GuardedProcess demo = demo("--dir", folder.toString())) {
      assertThat(demo.waitFor(Duration.ofSeconds(60))).isEqualTo(2);
    }

    assertThat(output().strip().lines()).hasSize(1);
    assertThat(output()).contains("is not empty");
    assertThat(folder.resolve("mine")).exists();
  }

  private GuardedProcess demo(String... options) {
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + folder,
                "-cp",
                System.getProperty("java.class.path"),
                "io.logroute.cli.Main",
                "demo"));
    command.addAll(List.of(options));
    return GuardedProcess.start(command, Map.of(), folder.resolve("out.log"));
  }

  private String output() throws IOException {
    return Files.readString(folder.resolve("out.log"));
  }

  private List<Path> temporaryFolders() throws IOException {
    try (var files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("logroute-demo-"))
          .toList();
    }
  }
}
