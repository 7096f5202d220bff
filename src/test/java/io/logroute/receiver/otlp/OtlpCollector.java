// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.otlp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.logroute.cluster.FreePort;
import io.logroute.cluster.GuardedProcess;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * A real OpenTelemetry collector, which {@code src/test/cluster/collector-binary.sh} builds: takes
 * OTLP over HTTP and writes what it took to a file before it answers, on one port for all lives.
 */
public final class OtlpCollector implements AutoCloseable {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final JsonMapper JSON = new JsonMapper();
  private static final String START_OF_REQUEST = "{\"resourceLogs\":";

  private final Path program = program();
  private final Path folder;
  private final int port = FreePort.next();
  private final Path settings;
  private final String scheme;
  private GuardedProcess process;
  private long readBytes;
  private String unread = "";

  private OtlpCollector(Path folder, String tls) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.scheme = tls.isEmpty() ? "http" : "https";
    this.settings =
        Files.writeString(
            folder.resolve("collector.yaml"),
            """
            receivers:
              otlp: {protocols: {http: {endpoint: '127.0.0.1:%d'%s}}}
            exporters:
              # With rotation the exporter writes before it answers, and keeps nothing back.
              file: {path: '%s', rotation: {max_megabytes: 100000}}
            service:
              telemetry: {metrics: {level: none}}
              pipelines: {logs: {receivers: [otlp], exporters: [file]}}
            """
                .formatted(port, tls, file()));
    process = launch();
  }

  private static Path program() {
    try {
      Process asked =
          new ProcessBuilder("sh", "src/test/cluster/collector-binary.sh", "--print-folder")
              .start();
      String found = new String(asked.getInputStream().readAllBytes(), UTF_8).strip();
      Path program = Path.of(found, "collector");
      assertThat(program).as("build it with src/test/cluster/collector-binary.sh").isExecutable();
      return program;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts one and waits until it listens. */
  public static OtlpCollector start(Path folder) throws IOException {
    return new OtlpCollector(folder, "").listening();
  }

  /** One that is asked over TLS. */
  static OtlpCollector startWithTls(Path folder, Path certificate, Path key) throws IOException {
    return new OtlpCollector(
            folder, ", tls: {cert_file: '%s', key_file: '%s'}".formatted(certificate, key))
        .listening();
  }

  private OtlpCollector listening() {
    await("the collector, see " + process.log())
        .atMost(SOON)
        .ignoreExceptions()
        .until(
            () -> {
              assertThat(process.isAlive()).isTrue();
              try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return socket.isConnected();
              }
            });
    return this;
  }

  private GuardedProcess launch() {
    return GuardedProcess.start(
        List.of(program.toString(), "--config", "file:" + settings),
        Map.of(),
        folder.resolve("collector.log"));
  }

  public String endpoint() {
    return scheme + "://127.0.0.1:" + port;
  }

  private Path file() {
    return folder.resolve("logs.json");
  }

  public void kill() {
    process.kill();
    process.close();
  }

  /** After a kill; returns before it answers. */
  public void startAgain() {
    process = launch();
  }

  /**
   * Gives the log records that came since the last call: attributes of resource and record by name,
   * {@code time}, {@code observed} and {@code body}. What was being written at a kill is half a
   * request, with another behind it.
   */
  public void poll(BiConsumer<Map<String, String>, JsonNode> record) throws IOException {
    unread += more();
    int last = unread.lastIndexOf('\n');
    if (last < 0) {
      return;
    }
    String whole = unread.substring(0, last);
    unread = unread.substring(last + 1);
    for (String request : whole.split("(?=\\Q" + START_OF_REQUEST + "\\E)")) {
      try {
        records(JSON.readTree(request), record);
      } catch (JsonProcessingException e) {
        assertThat(request).as("half a request").doesNotEndWith("}]}]}]}");
      }
    }
  }

  private String more() throws IOException {
    if (!Files.exists(file())) {
      return "";
    }
    try (RandomAccessFile in = new RandomAccessFile(file().toFile(), "r")) {
      byte[] bytes = new byte[Math.toIntExact(in.length() - readBytes)];
      in.seek(readBytes);
      in.readFully(bytes);
      int end = bytes.length;
      while (end > 0 && bytes[end - 1] != '\n') {
        end--;
      }
      readBytes += end;
      return new String(bytes, 0, end, UTF_8);
    }
  }

  private static void records(JsonNode request, BiConsumer<Map<String, String>, JsonNode> into) {
    for (JsonNode logs : request.path("resourceLogs")) {
      Map<String, String> resource = attributes(logs.at("/resource/attributes"));
      for (JsonNode scope : logs.path("scopeLogs")) {
        for (JsonNode each : scope.path("logRecords")) {
          Map<String, String> all = new TreeMap<>(resource);
          all.putAll(attributes(each.path("attributes")));
          all.put("time", each.path("timeUnixNano").asText());
          all.put("observed", each.path("observedTimeUnixNano").asText());
          into.accept(all, each.path("body"));
        }
      }
    }
  }

  private static Map<String, String> attributes(JsonNode list) {
    Map<String, String> found = new HashMap<>();
    for (JsonNode each : list) {
      found.put(each.path("key").asText(), each.path("value").iterator().next().asText());
    }
    return found;
  }

  @Override
  public void close() {
    kill();
  }
}
