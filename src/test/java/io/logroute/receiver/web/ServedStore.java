// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.web;

import io.logroute.receiver.health.Health;
import io.logroute.receiver.search.StoreWriter;
import io.logroute.receiver.store.Traffic;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;

/** A folder with lines in it, served as the receiver serves it. */
final class ServedStore implements AutoCloseable {

  final StoreWriter store;
  final Traffic traffic = new Traffic();

  private final Rates rates = new Rates(traffic);
  private final HttpFrontend frontend;
  private final HttpClient client = HttpClient.newHttpClient();

  /** An hour after the first line of tests, on any free port. */
  ServedStore(Path root, Access access) throws IOException {
    this(root, access, 0, Clock.fixed(StoreWriter.START.plusSeconds(3600), ZoneOffset.UTC));
  }

  ServedStore(Path root, Access access, int port, Clock clock) throws IOException {
    store = new StoreWriter(root);
    frontend =
        HttpFrontend.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
            new PrometheusRegistry(),
            new Health(),
            ApiSources.ofFiles(root, access, traffic, rates),
            clock);
    rates.start();
  }

  InetSocketAddress address() {
    return frontend.address();
  }

  /** Adds to a file, as the store does: what is there is counted afterwards. */
  void append(String name, String records) throws IOException {
    store.append(name, records);
    traffic.add("t1", "web", records.lines().count(), records.length());
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + address().getPort() + path);
  }

  HttpResponse<String> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(
        request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.ISO_8859_1));
  }

  @Override
  public void close() {
    client.close();
    frontend.close();
    rates.close();
  }
}
