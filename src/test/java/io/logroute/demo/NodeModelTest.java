// SPDX-License-Identifier: Apache-2.0
package io.logroute.demo;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.logroute.table.NodeRouteTable.Stream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The model against what is known of kubelet and containerd. */
class NodeModelTest {

  private static final Stream OUT = Stream.stdout;
  private static final Stream ERR = Stream.stderr;

  @TempDir private Path root;

  private Instant now = Instant.parse("2026-11-22T12:22:17.5Z");
  private PodModel pod;
  private ContainerModel container;

  @BeforeEach
  void startContainer() throws IOException {
    NodeModel node = new NodeModel(root, clock(), new Random(1), 10, 4);
    pod = node.pod("team-a", "web-0");
    container = pod.container("app");
    container.start();
  }

  @Test
  void shouldWriteRecordsOfBothStreamsToOneFile() throws IOException {
    container.line(OUT, bytes("hello"));
    container.line(ERR, bytes(""));

    assertThat(read(log("0.log")))
        .matches("2026-11-22T\\d\\d:\\d\\d:17\\.5\\S+ stdout F hello\n\\S+ stderr F \n");
  }

  @Test
  void shouldLeaveOutTrailingZerosOfTheTime() throws IOException {
    now = Instant.parse("2026-11-22T12:22:17Z");
    container.line(OUT, bytes("a"));
    now = now.plusNanos(120);
    container.line(OUT, bytes("b"));

    assertThat(read(log("0.log")))
        .matches("\\S+:17(Z|[+-]\\S+) \\S.*\n\\S+:17\\.00000012\\S+ .*\n");
  }

  @Test
  void shouldCutLongLinesIntoRecords() throws IOException {
    String line = "x".repeat(2 * 16384 + 1);
    container.line(OUT, bytes(line));
    container.line(OUT, bytes("y".repeat(16384)));

    assertThat(read(log("0.log")).lines().map(NodeModelTest::tagAndLength))
        .containsExactly("P 16384", "P 16384", "F 1", "F 16384");
  }

  @Test
  void shouldLeaveALineOpenWhenTheContainerEndsWithinIt() throws IOException {
    container.unfinished(OUT, bytes("half a li"));
    container.exit();

    assertThat(read(log("0.log")).lines().map(NodeModelTest::tagAndLength)).containsExactly("P 9");
  }

  @Test
  void shouldLinkToTheLogUnderTheContainersId() throws IOException {
    Path link = root.resolve("containers").resolve("web-0_team-a_app-" + container.id() + ".log");

    assertThat(Files.readSymbolicLink(link)).isEqualTo(log("0.log"));
    assertThat(container.id()).hasSize(64);
  }

  @Test
  void shouldCutTheNameOfTheLinkWhenItGetsTooLong() throws IOException {
    NodeModel node = new NodeModel(root, clock(), new Random(2), 10, 4);
    ContainerModel longNamed = node.pod("n".repeat(63), "p".repeat(150)).container("c");
    longNamed.start();

    assertThat(names(root.resolve("containers"))).anyMatch(name -> name.length() == 255);
  }

  @Test
  void shouldRotateAsTheKubeletDoes() throws IOException {
    for (int i = 0; i < 6; i++) {
      container.line(OUT, bytes("line " + i));
      container.checkSize();
      now = now.plusSeconds(10);
    }
    container.line(OUT, bytes("line 6"));

    List<String> names = names(pod.folder().resolve("app"));
    assertThat(names).hasSize(4);
    assertThat(names.getFirst()).isEqualTo("0.log");
    assertThat(names.subList(1, 4))
        .allMatch(name -> name.matches("0\\.log\\.20261122-\\d{6}(\\.gz)?"));
    assertThat(names.subList(1, 3)).allMatch(name -> name.endsWith(".gz"));
    assertThat(names.getLast()).doesNotEndWith(".gz");
    assertThat(read(log("0.log"))).endsWith("line 6\n").hasLineCount(1);
    assertThat(unzipped(log(names.get(1)))).endsWith("line 3\n").hasLineCount(1);
  }

  @Test
  void shouldNotRotateBelowTheSizeNorTwiceInASecond() throws IOException {
    container.checkSize();
    container.line(OUT, bytes("one"));
    container.checkSize();
    container.line(OUT, bytes("two"));
    container.checkSize();

    assertThat(names(pod.folder().resolve("app"))).hasSize(2);
    assertThat(read(log("0.log"))).hasLineCount(1);
  }

  @Test
  void shouldKeepOneDeadInstanceWhenTheContainerCrashes() throws IOException {
    for (int i = 1; i <= 3; i++) {
      container.line(OUT, bytes("instance " + i));
      container.checkSize();
      container.start();
    }

    assertThat(names(pod.folder().resolve("app")))
        .hasSize(3)
        .allMatch(name -> name.startsWith("2.log") || name.equals("3.log"));
    assertThat(names(root.resolve("containers"))).hasSize(2);
    assertThat(container.restart()).isEqualTo(3);
  }

  @Test
  void shouldLeaveNothingOfADeletedPod() throws IOException {
    container.line(OUT, bytes("unread"));
    pod.delete();

    assertThat(names(root.resolve("pods"))).isEmpty();
    assertThat(names(root.resolve("containers"))).isEmpty();
  }

  private Path log(String name) {
    return pod.folder().resolve("app").resolve(name);
  }

  private static String tagAndLength(String record) {
    String[] parts = record.split(" ", 4);
    return parts[2] + " " + parts[3].length();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(ISO_8859_1);
  }

  private static String read(Path file) throws IOException {
    return Files.readString(file, ISO_8859_1);
  }

  private static String unzipped(Path file) throws IOException {
    try (var in = new GZIPInputStream(Files.newInputStream(file))) {
      return new String(in.readAllBytes(), ISO_8859_1);
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private Clock clock() {
    return new Clock() {
      @Override
      public Instant instant() {
        return now;
      }

      @Override
      public ZoneId getZone() {
        return ZoneId.systemDefault();
      }

      @Override
      public Clock withZone(ZoneId zone) {
        return Clock.tick(this, Duration.ofNanos(1));
      }
    };
  }
}
