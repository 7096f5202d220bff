// SPDX-License-Identifier: Apache-2.0
package io.logroute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Each mistake of the user is one line and exit code 2. */
class ReceiveCommandTest {

  @TempDir private Path folder;

  private final StringWriter err = new StringWriter();

  @Test
  void shouldRefuseToReceiveOnNothing() {
    assertMistake("nothing to receive on: give --bind-sub");
  }

  @Test
  void shouldRefuseAnAddressThatIsNone() {
    assertMistake("'localhost:5555' is not an address to bind", "--bind-sub", "localhost:5555");
  }

  @Test
  void shouldRefuseASocketAddressInUse() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "tcp://127.0.0.1:" + taken.getLocalPort();
      assertMistake(
          "cannot bind %s for --bind-pull: Address already in use".formatted(address),
          "--bind-pull",
          address);
    }
  }

  @Test
  void shouldRefuseAnAddressOfAnotherMachine() {
    assertMistake(
        "cannot bind tcp://192.0.2.1:5555 for --bind-sub: Cannot assign requested address",
        "--bind-sub",
        "tcp://192.0.2.1:5555");
  }

  @Test
  void shouldRefuseAnHttpAddressInUse() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      assertMistake(
          "cannot bind %s for --http: Address already in use".formatted(address),
          "--bind-sub",
          "tcp://127.0.0.1:0",
          "--http",
          address);
    }
  }

  @Test
  void shouldRefuseADataFolderThatIsAFile() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertMistake(
        "cannot use %s as --data-dir: %s is not a folder".formatted(file, file),
        "--bind-sub",
        "tcp://127.0.0.1:0",
        "--data-dir",
        file.toString());
  }

  @Test
  void shouldRefuseADataFolderThatCannotBeMade() {
    assertMistake(
        "cannot use /proc/logroute as --data-dir: /proc/logroute cannot be made",
        "--bind-sub",
        "tcp://127.0.0.1:0",
        "--data-dir",
        "/proc/logroute");
  }

  @Test
  void shouldRefuseQuantitiesDurationsAndSinksThatAreNone() {
    assertMistake("is not a quantity of bytes", "--roll-bytes", "64MB");
    assertMistake("is not a duration", "--roll-age", "1");
    assertMistake("expected one of [files, kafka, otlp]", "--sink", "paper");
    assertMistake("must be more than 0", "--bind-sub", "tcp://*:0", "--roll-bytes", "0");
  }

  @Test
  void shouldRefuseWhatKafkaCannotBeGiven(@TempDir Path folder) throws Exception {
    Path settings = Files.writeString(folder.resolve("kafka.properties"), "acks=1\n");
    String[] kafka = {"--bind-sub", "tcp://127.0.0.1:0", "--sink", "kafka"};

    assertMistake("--sink kafka needs --kafka-bootstrap", kafka);
    assertMistake("need --sink kafka", "--bind-sub", "tcp://*:0", "--kafka-bootstrap", "h:1");
    assertMistake("cannot use Kafka: ", with(kafka, "--kafka-bootstrap", "no port"));
    assertMistake(
        "'logs {tenant}' is no topic",
        with(kafka, "--kafka-bootstrap", "h:1", "--kafka-topic", "logs {tenant}"));
    assertMistake(
        "acks is set by LogRoute itself",
        with(kafka, "--kafka-bootstrap", "h:1", "--kafka-config", settings.toString()));
    assertMistake(
        "there is no file",
        with(kafka, "--kafka-bootstrap", "h:1", "--kafka-config", folder + "/none"));
  }

  @Test
  void shouldRefuseWhatACollectorCannotBeGiven(@TempDir Path folder) throws Exception {
    Path headers = Files.writeString(folder.resolve("headers"), "Host=elsewhere\n");
    Path ours = Files.writeString(folder.resolve("ours"), "content-type=text/plain\n");
    String[] otlp = {"--bind-sub", "tcp://127.0.0.1:0", "--sink", "otlp"};
    String[] good = with(otlp, "--otlp-endpoint", "http://127.0.0.1:4318");

    assertMistake("--sink otlp needs --otlp-endpoint", otlp);
    assertMistake("need --sink otlp", "--bind-sub", "tcp://*:0", "--otlp-endpoint", "http://h:1");
    assertMistake("'h:4318' is no http://", with(otlp, "--otlp-endpoint", "h:4318"));
    assertMistake("is no http://", with(otlp, "--otlp-endpoint", "grpc://h:4317"));
    assertMistake("is no http://", with(otlp, "--otlp-endpoint", "http://a b"));
    assertMistake("no header that can be set", with(good, "--otlp-headers", headers.toString()));
    assertMistake("content-type is LogRoute's own", with(good, "--otlp-headers", ours.toString()));
    assertMistake("there is no file", with(good, "--otlp-headers", folder + "/none"));
    assertMistake("cannot read the certificates in", with(good, "--otlp-ca", folder + "/none"));
    assertMistake("has no certificate", with(good, "--otlp-ca", "/dev/null"));
    assertMistake("expected one of [gzip, none]", with(good, "--otlp-compression", "zstd"));
  }

  @Test
  void shouldRefuseTokensThatAreNone(@TempDir Path folder) throws Exception {
    Path tokens = Files.writeString(folder.resolve("tokens"), "# mine\nshort t1\n");
    String[] bind = {"--bind-sub", "tcp://127.0.0.1:0", "--tokens"};

    assertMistake("line 2: a token has at least 16 characters", with(bind, tokens.toString()));
    assertMistake("there is no file", with(bind, folder + "/none"));
  }

  private static String[] with(String[] args, String... more) {
    return Stream.concat(Stream.of(args), Stream.of(more)).toArray(String[]::new);
  }

  private void assertMistake(String sentence, String... args) {
    err.getBuffer().setLength(0);
    CommandLine command = Main.commandLine().setErr(new PrintWriter(err, true));
    List<String> all = new ArrayList<>(List.of("receive"));
    all.addAll(List.of(args));
    if (!all.contains("--data-dir")) {
      all.addAll(List.of("--data-dir", folder.toString()));
    }

    int exit = command.execute(all.toArray(String[]::new));

    assertThat(err.toString()).contains(sentence);
    assertThat(err.toString().strip().lines()).hasSize(1);
    assertThat(exit).isEqualTo(2);
  }
}
