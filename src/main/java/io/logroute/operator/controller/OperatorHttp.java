// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** Health and metrics of an operator. */
public final class OperatorHttp implements AutoCloseable {

  private final HttpServer server;
  private volatile @Nullable LogRouteOperator operator;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /**
   * Listens at once.
   *
   * @throws IOException when the address cannot be had
   */
  public OperatorHttp(InetSocketAddress address) throws IOException {
    server = HttpServer.create(address, 0);
    server.setExecutor(threads);
    server.createContext("/healthz", exchange -> answer(exchange, 200, "ok\n"));
    server.createContext(
        "/readyz",
        exchange -> {
          boolean ready = isReady();
          answer(exchange, ready ? 200 : 503, ready ? "ok\n" : "not following the cluster\n");
        });
    server.createContext(
        "/metrics", exchange -> answer(exchange, 200, OperatorMetrics.of(operator)));
    server.start();
  }

  /** The port that it listens on. */
  public int port() {
    return server.getAddress().getPort();
  }

  /** From now on speaks of this operator. */
  public void show(LogRouteOperator newest) {
    operator = newest;
  }

  private boolean isReady() {
    LogRouteOperator shown = operator;
    return shown != null && shown.isReady();
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4");
    exchange.sendResponseHeaders(status, body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
