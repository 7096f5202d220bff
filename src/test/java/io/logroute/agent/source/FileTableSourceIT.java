// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A table in a file, changed in every way that files are changed. */
@Timeout(60)
class FileTableSourceIT {

  private static final Duration SOON = Duration.ofSeconds(5);

  /** Longer than a change takes to be noticed. */
  private static final Duration A_WHILE = Duration.ofMillis(1_200);

  @TempDir Path folder;

  private final RecordingListener listener = new RecordingListener();
  private Path file;
  private FileTableSource source;

  @BeforeEach
  void openSource() throws Exception {
    file = Files.writeString(folder.resolve("routes.yaml"), table("first"));
    source = FileTableSource.open(file).source();
    source.start(listener);
  }

  @AfterEach
  void closeSource() {
    source.close();
  }

  @Test
  void shouldSayWhatItStartsWith() throws Exception {
    FileTableSource.Opened opened = FileTableSource.open(file);

    assertThat(opened.table().routes()).singleElement().extracting("name").isEqualTo("first");
    opened.source().close();
  }

  @Test
  void shouldRefuseAFileThatIsMissing() {
    assertThatThrownBy(() -> FileTableSource.open(folder.resolve("none.yaml")))
        .isInstanceOf(UnusableFileException.class)
        .hasMessage("routes file " + folder + "/none.yaml: no such file");
  }

  @Test
  void shouldRefuseAFolder() {
    assertThatThrownBy(() -> FileTableSource.open(folder))
        .isInstanceOf(UnusableFileException.class)
        .hasMessage("routes file " + folder + ": Is a directory");
  }

  @Test
  void shouldRefuseAFileThatIsNoTable() throws Exception {
    Files.writeString(file, "kind: Pod");

    assertThatThrownBy(() -> FileTableSource.open(file))
        .isInstanceOf(UnusableFileException.class)
        .hasMessageStartingWith("routes file " + file + ": ")
        .hasMessageNotContaining("\n");
  }

  @Test
  void shouldTellAnEditInPlace() throws Exception {
    Files.writeString(file, table("second"));

    assertToldEventually("second");
    assertThat(listener.tables).hasSize(1);
  }

  @Test
  void shouldTellARenameOverIt() throws Exception {
    Path next = Files.writeString(folder.resolve("next"), table("second"));
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);

    assertToldEventually("second");
  }

  @Test
  void shouldTellAnEditThatLeavesSizeAndTimeAlone() throws Exception {
    FileTime time = Files.getLastModifiedTime(file);
    Files.writeString(file, table("tsrif"));
    Files.setLastModifiedTime(file, time);

    assertToldEventually("tsrif");
  }

  @Test
  void shouldTellTheSwapOfAConfigMapsLinks() throws Exception {
    Path mount = Files.createDirectories(folder.resolve("mount"));
    writeVersion(mount, "..v1", "one");
    Files.createSymbolicLink(mount.resolve("..data"), Path.of("..v1"));
    Path link =
        Files.createSymbolicLink(mount.resolve("routes.yaml"), Path.of("..data/routes.yaml"));
    try (FileTableSource mounted = FileTableSource.open(link).source()) {
      mounted.start(listener);

      writeVersion(mount, "..v2", "two");
      Files.createSymbolicLink(mount.resolve("..data_tmp"), Path.of("..v2"));
      Files.move(
          mount.resolve("..data_tmp"),
          mount.resolve("..data"),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);

      assertToldEventually("two");
    }
  }

  @Test
  void shouldTellNothingWhenTheContentIsTheSame() throws Exception {
    Files.writeString(file, table("first"));
    Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));

    await().during(A_WHILE).atMost(SOON).until(() -> listener.tables.isEmpty());
  }

  @Test
  void shouldTellABrokenFileOnceAndTheNextGoodOne() throws Exception {
    Files.writeString(file, "routes: [");
    await().atMost(SOON).until(() -> listener.problems.size() == 1);
    Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));
    await().during(A_WHILE).atMost(SOON).until(() -> listener.problems.size() == 1);
    assertThat(listener.problems.getFirst()).startsWith("routes file " + file + ": ");
    assertThat(listener.tables).isEmpty();

    Files.writeString(file, table("first"));

    assertToldEventually("first");
  }

  @Test
  void shouldKeepTheTableWhileTheFileIsGoneAndSaySoOnce() throws Exception {
    try (CapturedLog log = new CapturedLog()) {
      Files.delete(file);
      await().atMost(SOON).until(() -> log.lines("WARN", FileTableSource.class).size() == 1);
      await()
          .during(A_WHILE)
          .atMost(SOON)
          .until(() -> log.lines("WARN", FileTableSource.class).size() == 1);
      assertThat(log.lines("WARN", FileTableSource.class).getFirst())
          .contains("Routes file " + file + ": no such file; going on with the last table");
    }

    Files.writeString(file, table("second"));

    assertToldEventually("second");
    assertThat(listener.tables).hasSize(1);
  }

  @Test
  void shouldNotTakeAFileThatIsStillBeingWritten() throws Exception {
    String whole = table("one", "two", "three");
    try (var out = Files.newOutputStream(file)) {
      for (String line : whole.lines().toList()) {
        out.write((line + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8));
        out.flush();
        await().pollDelay(Duration.ofMillis(100)).until(() -> true);
      }
    }

    await().atMost(SOON).until(() -> listener.tables.size() == 1);
    assertThat(listener.routesOfLast()).containsExactly("one", "two", "three");
    assertThat(listener.problems).isEmpty();
  }

  @Test
  void shouldTellNothingAfterClose() throws Exception {
    source.close();
    Files.writeString(file, table("late"));

    await().during(A_WHILE).atMost(SOON).until(() -> listener.tables.isEmpty());
  }

  private void assertToldEventually(String route) {
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(listener.routesOfLast()).containsExactly(route));
  }

  private static void writeVersion(Path mount, String version, String route) throws IOException {
    Path versionFolder = Files.createDirectories(mount.resolve(version));
    Files.writeString(versionFolder.resolve("routes.yaml"), table(route));
  }

  private static String table(String... routes) {
    StringBuilder yaml =
        new StringBuilder(
            """
            apiVersion: logroute.io/v1alpha1
            kind: NodeRouteTable
            metadata: {name: node-1}
            spec:
              routes:
            """);
    for (String route : routes) {
      yaml.append("  - {name: ").append(route).append(", driver: none}\n");
    }
    return yaml.toString();
  }
}
