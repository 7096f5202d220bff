// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.logroute.receiver.health.Health;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * {@code /metrics}, {@code /healthz} and {@code /readyz}. Each path answers GET and HEAD for
 * exactly itself; anything else is 404 or 405.
 */
public final class HttpFrontend implements AutoCloseable {

  private static final String TEXT = "text/plain; charset=utf-8";

  private final HttpServer server;
  private final ExecutorService requests;

  private HttpFrontend(HttpServer server, ExecutorService requests) {
    this.server = server;
    this.requests = requests;
  }

  /**
   * Binds and serves.
   *
   * @throws IOException when the address cannot be bound
   */
  public static HttpFrontend start(
      InetSocketAddress address, PrometheusRegistry registry, Health health) throws IOException {
    HttpServer server = HttpServer.create(address, 0);
    ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor();
    server.setExecutor(requests);
    server.createContext("/", exact("/", HttpFrontend::index));
    server.createContext("/metrics", exact("/metrics", exchange -> metrics(exchange, registry)));
    server.createContext(
        "/healthz", exact("/healthz", exchange -> health(exchange, health.faults())));
    server.createContext(
        "/readyz", exact("/readyz", exchange -> health(exchange, health.obstacles())));
    server.start();
    return new HttpFrontend(server, requests);
  }

  /** The address with the port that was chosen when any was asked for. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  private static HttpHandler exact(String path, HttpHandler handler) {
    return exchange -> {
      try (exchange) {
        if (!exchange.getRequestURI().getPath().equals(path)) {
          answer(exchange, 404, TEXT, "not found\n".getBytes(UTF_8));
        } else if (!List.of("GET", "HEAD").contains(exchange.getRequestMethod())) {
          answer(exchange, 405, TEXT, "only GET and HEAD\n".getBytes(UTF_8));
        } else {
          handler.handle(exchange);
        }
      }
    };
  }

  private static void index(HttpExchange exchange) throws IOException {
    String text = "LogRoute receiver: /metrics /healthz /readyz\n";
    answer(exchange, 200, TEXT, text.getBytes(UTF_8));
  }

  private static void metrics(HttpExchange exchange, PrometheusRegistry registry)
      throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    PrometheusTextFormatWriter.create()
        .write(text, registry.scrape(), EscapingScheme.UNDERSCORE_ESCAPING);
    answer(exchange, 200, PrometheusTextFormatWriter.CONTENT_TYPE, text.toByteArray());
  }

  private static void health(HttpExchange exchange, List<String> problems) throws IOException {
    if (problems.isEmpty()) {
      answer(exchange, 200, TEXT, "ok\n".getBytes(UTF_8));
    } else {
      answer(exchange, 503, TEXT, (String.join("\n", problems) + "\n").getBytes(UTF_8));
    }
  }

  private static void answer(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, head ? -1 : body.length);
    if (!head) {
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    requests.shutdownNow();
  }
}
