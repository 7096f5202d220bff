// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Metrics, health and what is known of each container, over HTTP: {@code /metrics}, {@code
 * /healthz}, {@code /readyz}, {@code /debug/containers}.
 */
final class AgentHttp {

  /** A thread that has not come round for this long is stuck; waiting on purpose is far shorter. */
  private static final long STUCK_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final HttpServer server;
  private final AgentMetrics metrics;
  private final Conductor conductor;
  private final AgentPipelines pipelines;

  private record Answer(int code, String type, byte[] body) {
    static Answer text(int code, String text) {
      return new Answer(
          code, "text/plain; charset=utf-8", (text + "\n").getBytes(StandardCharsets.UTF_8));
    }
  }

  @FunctionalInterface
  private interface Page {
    Answer answer() throws IOException;
  }

  AgentHttp(
      InetSocketAddress address,
      AgentMetrics metrics,
      Conductor conductor,
      AgentPipelines pipelines) {
    this.metrics = metrics;
    this.conductor = conductor;
    this.pipelines = pipelines;
    this.server = bind(address);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    page("/metrics", this::metricsPage);
    page("/healthz", this::healthPage);
    page("/readyz", this::readyPage);
    page(
        "/debug/containers",
        () ->
            new Answer(
                200,
                "application/json",
                ContainersReport.of(conductor.containers(), conductor.ledger().newest())));
  }

  private static HttpServer bind(InetSocketAddress address) {
    try {
      return HttpServer.create(address, 0);
    } catch (IOException e) {
      throw new AgentStartException(
          "cannot serve metrics on "
              + address.getHostString()
              + ":"
              + address.getPort()
              + " ("
              + e.getMessage()
              + "): name another with --http");
    }
  }

  private void page(String path, Page page) {
    server.createContext(
        path,
        exchange -> {
          try (exchange) {
            send(exchange, page.answer());
          }
        });
  }

  /**
   * Ends the body itself: {@link HttpExchange#close} would keep the failure of a connection that
   * broke to itself, and the JDK's server would then keep the connection.
   */
  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", answer.type);
    exchange.sendResponseHeaders(answer.code, answer.body.length);
    try (OutputStream body = exchange.getResponseBody()) {
      body.write(answer.body);
    }
  }

  void start() {
    server.start();
  }

  void close() {
    server.stop(0);
  }

  int port() {
    return server.getAddress().getPort();
  }

  private Answer metricsPage() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
    writer.write(out, metrics.registry().scrape());
    return new Answer(200, PrometheusTextFormatWriter.CONTENT_TYPE, out.toByteArray());
  }

  private Answer healthPage() {
    long now = System.nanoTime();
    if (!conductor.isAlive() || now - conductor.beatNanos() > STUCK_NANOS) {
      return Answer.text(503, "the conductor is stuck");
    }
    for (Pipeline pipeline : pipelines.all()) {
      if (!pipeline.isAlive() || now - pipeline.beatNanos() > STUCK_NANOS) {
        return Answer.text(503, "the pipeline " + pipeline.name() + " is stuck");
      }
    }
    return Answer.text(200, "ok");
  }

  private Answer readyPage() {
    return conductor.isReady()
        ? Answer.text(200, "ok")
        : Answer.text(503, "no table yet, or the pods folder has not been read");
  }
}
