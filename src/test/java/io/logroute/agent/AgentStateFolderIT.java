// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A state folder that is missing, read-only, full, damaged or from another version: one clear
 * sentence, lines again at worst, and none skipped.
 */
class AgentStateFolderIT {

  private static final Duration LONG = Duration.ofSeconds(90);

  @TempDir private Path folder;

  private NodeFolders node;
  private ContainerWriter writer;
  private CentralPeer centre;
  private boolean mounted;

  @BeforeEach
  void prepare() {
    node = new NodeFolders(folder);
    writer = node.container("team-a", "web", "app");
    centre = CentralPeer.start(folder, "PUSH");
    node.route(TableText.everything(centre, "PUSH").text());
  }

  @AfterEach
  void giveBack() throws Exception {
    centre.close();
    if (mounted) {
      command("umount", "-l", node.state().toString());
    }
  }

  private static boolean command(String... words) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
  }

  /** A state folder that is a small disk of its own. */
  private void mount(String options) throws IOException, InterruptedException {
    Files.createDirectories(node.state());
    mounted = command("mount", "-t", "tmpfs", "-o", options, "tmpfs", node.state().toString());
    assumeTrue(mounted, "only root may mount, and only where mounting is allowed");
  }

  private Path positions() {
    return node.state().resolve("positions.json");
  }

  /** Everything that was written arrived, whatever arrived twice. */
  private void assertAllArrived() {
    await("all lines")
        .atMost(LONG)
        .until(() -> new HashSet<>(centre.lines("app")).containsAll(writer.stdout()));
  }

  private void assertOneError(AgentProcess agent, String part) {
    assertThat(agent.log().lines().filter(line -> line.contains("ERROR")))
        .singleElement()
        .asString()
        .contains(part);
    assertThat(agent.log()).doesNotContain("\tat ");
  }

  @Test
  void shouldMakeTheFolderWhenItIsMissing() throws IOException {
    writer.lines(10);
    try (AgentProcess agent = AgentProcess.start(node)) {
      centre.awaitLines("app", writer.stdout());
      await().atMost(LONG).until(() -> Files.exists(positions()));
      assertThat(agent.terminate()).isZero();
    }
    Files.delete(positions());
    Files.delete(node.state().resolve("lock"));
    Files.delete(node.state());
    try (AgentProcess agent = AgentProcess.start(node)) {
      centre.awaitCount(20);
      assertThat(agent.log()).doesNotContain("ERROR");
    }
  }

  @Test
  void shouldRefuseToStartWhenTheFolderIsReadOnly() throws Exception {
    mount("ro,size=64k");
    Path errors = folder.resolve("stderr");
    Process process =
        new ProcessBuilder(
                AgentProcess.command(
                    "agent",
                    "--routes",
                    node.routes().toString(),
                    "--pods-dir",
                    node.pods().toString(),
                    "--state-dir",
                    node.state().toString(),
                    "--http",
                    "127.0.0.1:0"))
            .redirectError(errors.toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(2);
      assertThat(Files.readAllLines(errors))
          .singleElement()
          .asString()
          .contains("the state folder " + node.state() + " cannot be written")
          .contains("--state-dir");
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void shouldGoOnWithoutPositionsWhileTheFolderIsFull() throws Exception {
    mount("size=64k");
    try (AgentProcess agent = AgentProcess.start(node)) {
      Path filling = node.state().resolve("filling");
      fill(filling);
      writer.lines(500);
      centre.awaitLines("app", writer.stdout());
      await().atMost(LONG).until(() -> agent.logged("positions cannot be written") == 1);
      writer.lines(500);
      centre.awaitLines("app", writer.stdout());
      assertOneError(agent, "until then a restart repeats lines");
      Files.delete(filling);
      writer.lines(1);
      await().atMost(LONG).until(() -> agent.logged("positions are on disk again") == 1);
      centre.awaitLines("app", writer.stdout());
      agent.terminate();
    }
    try (AgentProcess agent = AgentProcess.start(node)) {
      writer.lines(1);
      centre.awaitLines("app", writer.stdout());
      assertThat(agent.log()).doesNotContain("ERROR");
    }
  }

  private static void fill(Path file) {
    try (var out = Files.newOutputStream(file)) {
      byte[] page = new byte[4_096];
      for (int i = 0; i < 64; i++) {
        out.write(page);
      }
      throw new AssertionError("the disk has no end");
    } catch (IOException full) {
      assertThat(file).exists();
    }
  }

  @Test
  void shouldReadFromTheBeginningWhenPositionsAreFromANewerVersion() throws Exception {
    deliverAndStop();
    String newer =
        Files.readString(positions()).replace("\"version\":1", "\"version\":2").substring(21);
    CRC32C crc = new CRC32C();
    crc.update(newer.getBytes(StandardCharsets.UTF_8));
    Files.writeString(
        positions(), String.format(Locale.ROOT, "{\"crc32c\":\"%08x\",", crc.getValue()) + newer);
    assertStartsOver("written by a newer version of LogRoute");
  }

  @Test
  void shouldReadFromTheBeginningWhenPositionsAreDamaged() throws Exception {
    deliverAndStop();
    byte[] bytes = Files.readAllBytes(positions());
    int digit = new String(bytes, StandardCharsets.UTF_8).lastIndexOf("\"all\",") + 6;
    bytes[digit] = bytes[digit] == '9' ? (byte) '8' : (byte) '9';
    Files.write(positions(), bytes);
    assertStartsOver("damaged");
    Files.write(positions(), Arrays.copyOf(bytes, bytes.length / 2));
    assertStartsOver("damaged");
    Files.write(positions(), new byte[0]);
    assertStartsOver("damaged");
  }

  private void deliverAndStop() {
    writer.lines(200);
    try (AgentProcess agent = AgentProcess.start(node)) {
      centre.awaitLines("app", writer.stdout());
      assertThat(agent.terminate()).isZero();
    }
    writer.lines(100);
  }

  private void assertStartsOver(String why) {
    int before = centre.countOnceQuiet();
    try (AgentProcess agent = AgentProcess.start(node)) {
      centre.awaitCount(before + writer.stdout().size());
      assertAllArrived();
      List<String> again = centre.lines("app").subList(before, before + writer.stdout().size());
      CentralPeer.assertSame(again, writer.stdout());
      assertOneError(agent, "the positions in " + positions() + " cannot be used (" + why);
      assertThat(agent.log()).contains("so lines are repeated");
      assertThat(agent.terminate()).isZero();
    }
  }
}
