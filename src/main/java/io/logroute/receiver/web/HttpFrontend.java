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
import java.time.Clock;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The live page at {@code /}, the API, {@code /metrics}, {@code /healthz} and {@code /readyz}. GET
 * and HEAD only; anything else is 404 or 405. Each request has a thread of its own.
 */
public final class HttpFrontend implements AutoCloseable {

  private static final int MAX_HEADER_BYTES = 256 * 1024;
  private static final int MAX_REQUEST_SECONDS = 30;
  private static final int MAX_CONNECTIONS = 1024;

  private final HttpServer server;
  private final ExecutorService requests;
  private final Api api;

  private HttpFrontend(HttpServer server, ExecutorService requests, Api api) {
    this.server = server;
    this.requests = requests;
    this.api = api;
  }

  /**
   * Binds and serves.
   *
   * @throws IOException when the address cannot be bound
   */
  public static HttpFrontend start(
      InetSocketAddress address,
      PrometheusRegistry registry,
      Health health,
      ApiSources sources,
      Clock clock)
      throws IOException {
    limitRequests();
    LivePage page = LivePage.load();
    Api api = new Api(sources, clock);
    HttpServer server = HttpServer.create(address, 0);
    ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor();
    server.setExecutor(requests);
    server.createContext("/", exact("/", page::serve));
    server.createContext(Api.ROOT, reading(api::handle));
    server.createContext("/metrics", exact("/metrics", exchange -> metrics(exchange, registry)));
    server.createContext(
        "/healthz", exact("/healthz", exchange -> health(exchange, health.faults())));
    server.createContext(
        "/readyz", exact("/readyz", exchange -> health(exchange, health.obstacles())));
    server.start();
    return new HttpFrontend(server, requests, api);
  }

  /** The address with the port that was chosen when any was asked for. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  /** The JDK's server has no other way to be told than properties, read when it is first used. */
  private static void limitRequests() {
    System.setProperty("sun.net.httpserver.nodelay", "true");
    System.setProperty("sun.net.httpserver.maxReqTime", Integer.toString(MAX_REQUEST_SECONDS));
    System.setProperty("sun.net.httpserver.maxReqHeaderSize", Integer.toString(MAX_HEADER_BYTES));
    System.setProperty("jdk.httpserver.maxConnections", Integer.toString(MAX_CONNECTIONS));
  }

  private static HttpHandler exact(String path, HttpHandler handler) {
    return reading(
        exchange -> {
          if (exchange.getRequestURI().getPath().equals(path)) {
            handler.handle(exchange);
          } else {
            Requests.answer(exchange, 404, Requests.TEXT, "not found\n".getBytes(UTF_8));
          }
        });
  }

  /**
   * Lets a failure through, and ends the body itself to hear of one: the JDK's server
   * (sun.net.httpserver.ServerImpl.Exchange.run) gives the place of a connection that broke to
   * another only when its handler throws. {@link HttpExchange#close} would keep the failure to
   * itself, and the place would be taken for good.
   */
  private static HttpHandler reading(HttpHandler handler) {
    return exchange -> {
      if (List.of("GET", "HEAD").contains(exchange.getRequestMethod())) {
        handler.handle(exchange);
      } else {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        Requests.answer(exchange, 405, Requests.TEXT, "only GET and HEAD\n".getBytes(UTF_8));
      }
      exchange.getResponseBody().close();
    };
  }

  private static void metrics(HttpExchange exchange, PrometheusRegistry registry)
      throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    PrometheusTextFormatWriter.create()
        .write(text, registry.scrape(), EscapingScheme.UNDERSCORE_ESCAPING);
    Requests.answer(exchange, 200, PrometheusTextFormatWriter.CONTENT_TYPE, text.toByteArray());
  }

  private static void health(HttpExchange exchange, List<String> problems) throws IOException {
    if (problems.isEmpty()) {
      Requests.answer(exchange, 200, Requests.TEXT, "ok\n".getBytes(UTF_8));
    } else {
      Requests.answer(
          exchange, 503, Requests.TEXT, (String.join("\n", problems) + "\n").getBytes(UTF_8));
    }
  }

  @Override
  public void close() {
    api.stop();
    server.stop(0);
    requests.shutdownNow();
  }
}
