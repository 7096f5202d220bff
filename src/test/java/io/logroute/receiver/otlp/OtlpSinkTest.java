// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.otlp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.logroute.receiver.otlp.OtlpConfig.Compression;
import io.logroute.receiver.store.Traffic;
import io.logroute.wire.StandardStream;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsPartialSuccess;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a real collector does not do on demand: it is scripted here. */
class OtlpSinkTest {

  private static final Duration SOON = Duration.ofSeconds(30);
  private static final Reply GOOD = new Reply(200, "", new byte[0]);

  @SuppressWarnings("ArrayRecordComponent")
  private record Reply(int status, String retryAfter, byte[] body) {
    static Reply of(int status) {
      return new Reply(status, "", "said so".getBytes(UTF_8));
    }
  }

  private final List<List<String>> requests = Collections.synchronizedList(new ArrayList<>());
  private final List<Long> times = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger acked = new AtomicInteger();
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Traffic traffic = new Traffic();
  private volatile Function<List<String>, Reply> script = lines -> GOOD;
  private HttpServer server;
  private OtlpSink sink;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/v1/logs", this::answer);
    server.start();
    sink =
        OtlpSink.open(
            new OtlpConfig(
                OtlpConfig.logs("http://127.0.0.1:" + server.getAddress().getPort()),
                Map.of("Authorization", "Bearer 1"),
                Compression.gzip,
                null),
            new OtlpMetrics(registry),
            traffic);
    sink.start();
  }

  @AfterEach
  void stop() {
    sink.close();
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    assertThat(exchange.getRequestHeaders().getFirst("Authorization")).isEqualTo("Bearer 1");
    assertThat(exchange.getRequestHeaders().getFirst("Content-Type"))
        .isEqualTo("application/x-protobuf");
    List<String> lines;
    try (InputStream body = new GZIPInputStream(exchange.getRequestBody())) {
      lines =
          ExportLogsServiceRequest.parseFrom(body).getResourceLogsList().stream()
              .flatMap(logs -> logs.getScopeLogsList().stream())
              .flatMap(logs -> logs.getLogRecordsList().stream())
              .map(record -> record.getBody().getStringValue())
              .toList();
    }
    requests.add(lines);
    times.add(System.nanoTime());
    Reply reply = script.apply(lines);
    if (!reply.retryAfter().isEmpty()) {
      exchange.getResponseHeaders().set("Retry-After", reply.retryAfter());
    }
    exchange.sendResponseHeaders(
        reply.status(), reply.body().length == 0 ? -1 : reply.body().length);
    if (reply.body().length > 0) {
      exchange.getResponseBody().write(reply.body());
    }
    exchange.close();
  }

  private void send(String... lines) {
    TestBatch batch =
        new TestBatch().stream(1, TestBatch.stream("web-0", StandardStream.STDOUT, 7));
    for (String line : lines) {
      batch.line(1, line);
    }
    sink.take(batch.batch(acked::incrementAndGet));
  }

  private double counter(String name) {
    return registry.scrape(found -> found.equals("logroute_receiver_" + name)).stream()
        .flatMap(snapshot -> snapshot.getDataPoints().stream())
        .mapToDouble(point -> ((CounterSnapshot.CounterDataPointSnapshot) point).getValue())
        .sum();
  }

  @Test
  void shouldRepeatWhatIsToBeRepeatedAfterThePauseThatIsAskedFor() {
    int[] statuses = {503, 429, 502, 504};
    script =
        lines -> {
          int turn = requests.size() - 1;
          return turn < statuses.length
              ? new Reply(statuses[turn], turn == 0 ? "2" : "", new byte[0])
              : GOOD;
        };

    send("one", "two");

    await().atMost(SOON).until(() -> acked.get() == 1);
    assertThat(requests).hasSize(5).containsOnly(List.of("one", "two"));
    assertThat(Duration.ofNanos(times.get(1) - times.get(0))).isGreaterThan(Duration.ofSeconds(2));
    assertThat(sink.obstacle()).isEmpty();
    assertThat(counter("stored_lines")).isEqualTo(2);
    assertThat(counter("otlp_retries")).isEqualTo(4);
    assertThat(traffic.lines("acme", "web")).isEqualTo(2);
  }

  @Test
  void shouldAcknowledgeNothingWhileNothingIsTaken() {
    script = lines -> Reply.of(503);

    send("one");

    await().atMost(SOON).until(() -> requests.size() > 3);
    assertThat(acked).hasValue(0);
    assertThat(sink.obstacle().orElseThrow()).contains("503, said so");
    script = lines -> GOOD;
    await().atMost(SOON).until(() -> acked.get() == 1);
  }

  @Test
  void shouldHoldLinesAndAskWithoutThemWhileTheSenderIsRefused() {
    script = lines -> Reply.of(401);

    send("one");

    await().atMost(SOON).until(() -> requests.size() > 3);
    assertThat(acked).hasValue(0);
    assertThat(sink.obstacle().orElseThrow()).contains("status 401");
    assertThat(List.copyOf(requests).subList(1, 4)).containsOnly(List.of());
    script = lines -> GOOD;
    await().atMost(SOON).until(() -> acked.get() == 1);
    assertThat(requests.getLast()).containsExactly("one");
    assertThat(counter("otlp_refused_lines")).isZero();
  }

  @Test
  void shouldHoldLinesWhileTheCollectorFailsWhateverItIsAsked() {
    script = lines -> Reply.of(500);

    send("one", "bad", "two");

    await().atMost(SOON).until(() -> requests.size() > 6);
    assertThat(acked).hasValue(0);
    assertThat(sink.obstacle().orElseThrow()).contains("status 500");
    assertThat(counter("otlp_refused_lines")).isZero();
    script = lines -> lines.contains("bad") ? Reply.of(500) : GOOD;
    await().atMost(SOON).until(() -> acked.get() == 1);
    assertThat(counter("otlp_refused_lines")).isEqualTo(1);
    assertThat(counter("stored_lines")).isEqualTo(2);
  }

  @Test
  void shouldLoseOnlyTheLinesThatAreNotWanted() {
    script = lines -> lines.stream().anyMatch(line -> line.contains("bad")) ? Reply.of(400) : GOOD;
    String[] lines =
        IntStream.range(0, 100)
            .mapToObj(i -> i == 17 || i == 93 ? "bad " + i : "line " + i)
            .toArray(String[]::new);

    send(lines);
    send("after");

    await().atMost(SOON).until(() -> acked.get() == 2);
    List<String> taken =
        List.copyOf(requests).stream()
            .filter(request -> request.stream().noneMatch(line -> line.contains("bad")))
            .flatMap(List::stream)
            .toList();
    List<String> wanted = new ArrayList<>(List.of(lines));
    wanted.removeIf(line -> line.contains("bad"));
    wanted.add("after");
    assertThat(taken).isEqualTo(wanted);
    assertThat(counter("otlp_refused_lines")).isEqualTo(2);
    assertThat(counter("stored_lines")).isEqualTo(99);
    assertThat(sink.obstacle()).isEmpty();
  }

  @Test
  void shouldNotRepeatAPartialSuccess() {
    byte[] partial =
        ExportLogsServiceResponse.newBuilder()
            .setPartialSuccess(
                ExportLogsPartialSuccess.newBuilder()
                    .setRejectedLogRecords(1)
                    .setErrorMessage("too old"))
            .build()
            .toByteArray();
    script = lines -> new Reply(200, "", partial);

    send("one", "two");

    await().atMost(SOON).until(() -> acked.get() == 1);
    assertThat(requests).hasSize(1);
    assertThat(counter("otlp_refused_lines")).isEqualTo(1);
    assertThat(counter("stored_lines")).isEqualTo(1);
  }

  @Test
  void shouldBoundARequest() {
    String line = "x".repeat(100_000);
    String[] lines = Collections.nCopies(10, line).toArray(String[]::new);

    for (int i = 0; i < 10; i++) {
      send(lines);
    }

    await().atMost(SOON).until(() -> acked.get() == 10);
    assertThat(List.copyOf(requests)).allMatch(request -> request.size() <= 31);
    assertThat(List.copyOf(requests).stream().mapToInt(List::size).sum()).isEqualTo(100);
  }
}
