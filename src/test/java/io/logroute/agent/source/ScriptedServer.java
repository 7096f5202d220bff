// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.source;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** An API server that fails in ways that the real one cannot be made to. */
final class ScriptedServer implements AutoCloseable {

  /** What is done with a request; the exchange is closed afterwards. */
  @FunctionalInterface
  interface Script {
    void answer(Request request) throws IOException;
  }

  /** A request and the ways to answer it. */
  final class Request {
    private final HttpExchange exchange;

    private Request(HttpExchange exchange) {
      this.exchange = exchange;
    }

    String method() {
      return exchange.getRequestMethod();
    }

    boolean isWatch() {
      return String.valueOf(exchange.getRequestURI().getQuery()).contains("watch=1");
    }

    void header(String name, String value) {
      exchange.getResponseHeaders().set(name, value);
    }

    void reply(int status, String body) throws IOException {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    }

    /** Sends these lines, flushed; the body stays open until the script returns. */
    void stream(String... lines) throws IOException {
      exchange.sendResponseHeaders(200, 0);
      OutputStream out = exchange.getResponseBody();
      for (String line : lines) {
        out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
      }
      out.flush();
    }

    /** Says nothing more until the server is closed. */
    void fallSilent() {
      awaitClose(TimeUnit.MINUTES.toMillis(1));
    }

    void pause(long ms) {
      awaitClose(ms);
    }

    private void awaitClose(long ms) {
      try {
        closed.await(ms, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final List<String> requests = new CopyOnWriteArrayList<>();

  ScriptedServer(Script script) {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          requests.add(
              (exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + body).strip());
          try (exchange) {
            script.answer(new Request(exchange));
          }
        });
    server.start();
  }

  ApiServerConfig config() {
    return new ApiServerConfig(
        URI.create("http://127.0.0.1:" + server.getAddress().getPort()), null, null, null, null);
  }

  /** Method, path and body of each request that begins with the method. */
  List<String> requests(String method) {
    return requests.stream().filter(request -> request.startsWith(method)).toList();
  }

  List<String> watches() {
    return requests.stream().filter(request -> request.contains("watch=1")).toList();
  }

  List<String> lists() {
    return requests("GET").stream().filter(request -> !request.contains("watch=1")).toList();
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
