// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.logroute.cluster.GuardedProcess;
import io.logroute.cluster.PythonPeer;
import io.logroute.receiver.store.StoredLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The receiver as a process, fed by libzmq. */
class ReceiverIT {

  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir private Path folder;

  private Path data;
  private int peers;

  @BeforeEach
  void chooseDataFolder() {
    data = folder.resolve("data");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pub", "push"})
  void shouldStoreEveryLineByteByByte(String socket) throws Exception {
    try (ReceiverProcess receiver = start("--roll-bytes", "50Ki")) {
      JsonNode sent = new ObjectMapper().readTree(send(receiver, "odd", socket));
      awaitLines(receiver, 2015);
      assertThat(receiver.get("/readyz").statusCode()).isEqualTo(200);
      assertThat(receiver.terminate()).isZero();

      sent.get("streams")
          .properties()
          .forEach(
              stream ->
                  assertThat(digest(stream.getKey()))
                      .as("%s, seed %s", stream.getKey(), sent.get("seed"))
                      .isEqualTo(stream.getValue().get(0).asText()));
      assertThat(rolledFiles()).isPositive();
    }
  }

  @Test
  void shouldRefuseAndCountWhatIsNoMessageAndGoOn() throws Exception {
    try (ReceiverProcess receiver = start()) {
      send(receiver, "hostile", "push");
      awaitLines(receiver, 1);

      assertThat(refused(receiver, "frames")).isEqualTo(4);
      assertThat(refused(receiver, "tenant_id")).isEqualTo(9);
      assertThat(refused(receiver, "service_id")).isEqualTo(9);
      assertThat(refused(receiver, "tag")).isEqualTo(4);
      assertThat(receiver.terminate()).isZero();
      assertThat(receiver.log()).doesNotContain("Exception", "ERROR");
    }
    assertThat(names(data)).containsExactlyInAnyOrder("+logroute", "sound");
    assertThat(names(data.resolve("sound"))).containsExactly("s");
    assertThat(Path.of("/tmp/logroute-escaped")).doesNotExist();
  }

  @Test
  void shouldStoreWhatItHasReadWhenTerminatedAndContinueTheFiles() throws Exception {
    try (ReceiverProcess receiver = start()) {
      send(receiver, "count", "push", "20000", "0");
      await().atMost(SOON).until(() -> received(receiver) == 20000);
      assertThat(receiver.terminate()).isZero();
    }
    try (ReceiverProcess receiver = start()) {
      send(receiver, "count", "push", "5000", "20000");
      awaitLines(receiver, 5000);
      assertThat(receiver.terminate()).isZero();
    }

    assertThat(lines()).isEqualTo(numbered(25000));
    assertThat(names(data.resolve("t1/web"))).containsOnly("tag.log", ".tag.log.blocks");
  }

  @Test
  void shouldHaveWhatItStoredAfterAKillAndContinueTheFiles() throws Exception {
    try (ReceiverProcess receiver = start("--roll-bytes", "100Ki")) {
      send(receiver, "count", "push", "20000", "0");
      awaitLines(receiver, 20000);
      receiver.kill();
    }
    try (ReceiverProcess receiver = start("--roll-bytes", "100Ki")) {
      send(receiver, "count", "push", "5000", "20000");
      awaitLines(receiver, 5000);
      assertThat(receiver.terminate()).isZero();
    }

    assertThat(lines()).isEqualTo(numbered(25000));
  }

  @Test
  void shouldHaveAnUnbrokenBeginningWhenKilledAtFullSpeed() throws Exception {
    try (ReceiverProcess receiver = start("--roll-bytes", "200Ki");
        GuardedProcess sender = sender(receiver, "count", "push", "1000000", "0")) {
      await().atMost(SOON).until(() -> stored(receiver) > 30_000);
      double before = stored(receiver);
      receiver.kill();
      sender.kill();
      List<String> lines = lines();

      assertThat(lines).hasSizeGreaterThanOrEqualTo((int) before);
      assertThat(lines).isEqualTo(numbered(lines.size()));
    }
  }

  @Test
  void shouldWaitAndGoOnByItselfWhenTheDiskTakesNoMore() throws Exception {
    try (ReceiverProcess receiver = start()) {
      limitFileSize(receiver, "100000");
      try (GuardedProcess sender = sender(receiver, "count", "push", "20000", "0")) {
        await().atMost(SOON).until(() -> receiver.get("/readyz").statusCode() == 503);
        assertThat(receiver.get("/readyz").body()).contains("cannot store lines");
        assertThat(receiver.get("/healthz").statusCode()).isEqualTo(200);
        assertThat(receiver.metric("logroute_receiver_store_stalled")).isOne();

        limitFileSize(receiver, "unlimited");
        awaitLines(receiver, 20000);
        sender.waitFor(SOON);
      }
      assertThat(receiver.get("/readyz").statusCode()).isEqualTo(200);
      assertThat(receiver.terminate()).isZero();
      assertThat(receiver.log().lines().filter(line -> line.contains("ERROR"))).hasSize(1);
    }

    assertThat(lines()).isEqualTo(numbered(20000));
  }

  private ReceiverProcess start(String... options) {
    return ReceiverProcess.start(data, folder.resolve("receiver-" + ++peers + ".log"), options);
  }

  private String send(ReceiverProcess receiver, String mode, String socket, String... more)
      throws IOException {
    GuardedProcess sender = sender(receiver, mode, socket, more);
    int exitCode = sender.waitFor(Duration.ofSeconds(60));
    String output = Files.readString(sender.log());
    assertThat(exitCode).as(output).isZero();
    return output;
  }

  private GuardedProcess sender(
      ReceiverProcess receiver, String mode, String socket, String... more) {
    List<String> arguments = new ArrayList<>(List.of(mode, socket, receiver.address(socket)));
    arguments.addAll(List.of(more));
    return PythonPeer.start(
        folder.resolve("sender-" + ++peers + ".log"),
        Path.of("target/test-classes/io/logroute/receiver/sender.py"),
        arguments.toArray(String[]::new));
  }

  private static void limitFileSize(ReceiverProcess receiver, String bytes) throws Exception {
    int exitCode =
        new ProcessBuilder(
                "prlimit",
                "--pid",
                Long.toString(receiver.pid()),
                "--fsize=" + bytes + ":unlimited")
            .inheritIO()
            .start()
            .waitFor();
    assertThat(exitCode).isZero();
  }

  private static void awaitLines(ReceiverProcess receiver, int count) {
    await()
        .atMost(SOON)
        .failFast(() -> stored(receiver) > count)
        .until(() -> stored(receiver) == count);
  }

  private static double received(ReceiverProcess receiver) {
    return receiver.metric("logroute_receiver_received_lines_total{socket=\"pull\"}");
  }

  private static double stored(ReceiverProcess receiver) {
    return receiver.metric("logroute_receiver_stored_lines_total");
  }

  private static double refused(ReceiverProcess receiver, String reason) {
    return receiver.metric(
        "logroute_receiver_refused_messages_total{reason=\"%s\"}".formatted(reason));
  }

  private String digest(String stream) {
    String[] parts = stream.split("/", 3);
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      StoredLog.of(data, parts[0], parts[1], parts[2])
          .read(
              line -> {
                digest.update(ByteBuffer.allocate(4).putInt(line.length).flip());
                digest.update(line);
              });
      return HexFormat.of().formatHex(digest.digest());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private List<String> lines() throws IOException {
    List<String> lines = new ArrayList<>();
    StoredLog.of(data, "t1", "web", "tag").read(line -> lines.add(new String(line, UTF_8)));
    return lines;
  }

  private static List<String> numbered(int count) {
    return IntStream.range(0, count).mapToObj(i -> "line " + i).toList();
  }

  private long rolledFiles() throws IOException {
    try (Stream<Path> files = Files.walk(data)) {
      return files.filter(file -> file.toString().contains(".log.")).count();
    }
  }

  private static Set<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
    }
  }
}
