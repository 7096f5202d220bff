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

/** Health and metrics of an operator. */
public final class OperatorHttp implements AutoCloseable {

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /**
   * Listens at once.
   *
   * @throws IOException when the address cannot be had
   */
  public OperatorHttp(InetSocketAddress address, LogRouteOperator operator) throws IOException {
    server = HttpServer.create(address, 0);
    server.setExecutor(threads);
    server.createContext("/healthz", exchange -> answer(exchange, 200, "ok\n"));
    server.createContext(
        "/readyz",
        exchange -> {
          boolean ready = operator.isReady();
          answer(exchange, ready ? 200 : 503, ready ? "ok\n" : "not following the cluster\n");
        });
    server.createContext("/metrics", exchange -> answer(exchange, 200, metrics(operator)));
    server.start();
  }

  /** The port that it listens on. */
  public int port() {
    return server.getAddress().getPort();
  }

  private static String metrics(LogRouteOperator operator) {
    return """
        # HELP logroute_operator_table_writes_total NodeRouteTables written.
        # TYPE logroute_operator_table_writes_total counter
        logroute_operator_table_writes_total %d
        # HELP logroute_operator_ready Whether the operator follows the cluster.
        # TYPE logroute_operator_ready gauge
        logroute_operator_ready %d
        """
        .formatted(operator.tableWrites(), operator.isReady() ? 1 : 0);
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
