// SPDX-License-Identifier: Apache-2.0
package io.logroute.packaging;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.logroute.cluster.FreePort;
import io.logroute.cluster.GuardedProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A real Prometheus that scrapes real processes every second. */
final class Prometheus implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();

  private final HttpClient client = HttpClient.newHttpClient();
  private final GuardedProcess process;
  private final int port;

  private Prometheus(GuardedProcess process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Where Prometheus and promtool are; empty where they cannot be had. */
  static Optional<Path> programs() {
    String folder =
        Command.run("sh", "src/test/cluster/prometheus-binary.sh", "--print-folder")
            .outOrFail()
            .strip();
    return folder.isEmpty() ? Optional.empty() : Optional.of(Path.of(folder));
  }

  /**
   * Starts it.
   *
   * @param targets HOST:PORT of what is scraped, by the label {@code pod} that it gets
   */
  static Prometheus start(Path programs, Path folder, Path rules, Map<String, String> targets)
      throws IOException {
    List<String> jobs = new ArrayList<>();
    targets.forEach(
        (pod, target) -> jobs.add("- {targets: ['" + target + "'], labels: {pod: '" + pod + "'}}"));
    Path config =
        Files.writeString(
            folder.resolve("prometheus.yaml"),
            """
            global: {scrape_interval: 1s, evaluation_interval: 1s}
            rule_files: ['%s']
            scrape_configs:
            - job_name: logroute
              static_configs:
              %s
            """
                .formatted(rules, String.join("\n  ", jobs)));
    int port = FreePort.next();
    GuardedProcess process =
        GuardedProcess.start(
            List.of(
                programs.resolve("prometheus").toString(),
                "--config.file=" + config,
                "--storage.tsdb.path=" + folder.resolve("data"),
                "--web.listen-address=127.0.0.1:" + port),
            Map.of(),
            folder.resolve("prometheus.log"));
    return new Prometheus(process, port);
  }

  /** The names of the alerts that fire now; none while it starts. */
  List<String> firing() {
    return get("/api/v1/alerts").at("/data/alerts").findParents("state").stream()
        .filter(alert -> alert.path("state").asText().equals("firing"))
        .map(alert -> alert.at("/labels/alertname").asText())
        .distinct()
        .sorted()
        .toList();
  }

  /** How many series a query gives now. */
  int series(String query) {
    return get("/api/v1/query?query=" + URLEncoder.encode(query, UTF_8)).at("/data/result").size();
  }

  private JsonNode get(String path) {
    URI uri = URI.create("http://127.0.0.1:" + port + path);
    try {
      String body =
          client
              .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
              .body();
      return body.startsWith("{") ? JSON.readTree(body) : JSON.createObjectNode();
    } catch (java.net.ConnectException e) {
      return JSON.createObjectNode();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    process.close();
    client.close();
  }
}
