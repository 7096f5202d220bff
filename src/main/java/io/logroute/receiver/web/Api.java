// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.web;

import com.fasterxml.jackson.core.JsonGenerator;
import com.sun.net.httpserver.HttpExchange;
import io.logroute.options.TenantServiceId;
import io.logroute.receiver.search.FoundLine;
import io.logroute.receiver.search.Histogram;
import io.logroute.receiver.search.LogSearch;
import io.logroute.receiver.search.Page;
import io.logroute.receiver.search.Query;
import io.logroute.receiver.store.StoreCatalog;
import io.logroute.receiver.store.Traffic;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/v1/tenants} and what is below it. A request costs at most one page of memory, and
 * only so many search at a time; the others wait for their turn. Used by any thread.
 */
final class Api {

  static final String ROOT = "/api/v1/";
  private static final int SEARCHES = 4;
  private static final long TURN_SECONDS = 20;
  private static final int MAX_SPANS = 500;
  private static final long MAX_HISTOGRAM_NANOS = Duration.ofDays(3653).toNanos();

  private static final Set<String> FILTERS =
      Set.of("namespace", "pod", "container", "tag", "stream", "contains");
  private static final Set<String> SEARCH =
      with("since", "until", "limit", "order", "after", "from");
  private static final Set<String> HISTOGRAM = with("since", "until", "spans");

  private static Set<String> with(String... more) {
    return Stream.concat(FILTERS.stream(), Stream.of(more)).collect(Collectors.toUnmodifiableSet());
  }

  private final ApiSources sources;
  private final Clock clock;
  private final Semaphore searches = new Semaphore(SEARCHES, true);
  private final Following following;

  Api(ApiSources sources, Clock clock) {
    this.sources = sources;
    this.clock = clock;
    this.following = new Following(sources, clock);
  }

  /** Answers a request below {@link #ROOT}. */
  void handle(HttpExchange exchange) throws IOException {
    try {
      Predicate<String> tenants = Requests.tenants(exchange, sources.access());
      route(exchange, tenants);
    } catch (Refused e) {
      Requests.refuse(exchange, e);
    }
  }

  private void route(HttpExchange exchange, Predicate<String> visible) throws IOException, Refused {
    List<String> path = Requests.path(exchange, ROOT);
    if (!path.getFirst().equals("tenants")) {
      throw Requests.notFound();
    }
    if (path.size() == 1) {
      Parameters.of(exchange.getRequestURI().getRawQuery(), Set.of(), clock);
      tenants(exchange, visible);
      return;
    }
    String tenant = id("tenant", path.get(1));
    if (path.size() < 3 || !path.get(2).equals("services")) {
      throw Requests.notFound();
    }
    if (!visible.test(tenant) || !tenants(visible).contains(tenant)) {
      throw new Refused(404, "there is no tenant '%s' for you".formatted(tenant));
    }
    if (path.size() == 3) {
      Parameters.of(exchange.getRequestURI().getRawQuery(), Set.of(), clock);
      services(exchange, tenant);
      return;
    }
    String service = id("service", path.get(3));
    if (!services(tenant).contains(service)) {
      throw new Refused(404, "tenant '%s' has no service '%s'".formatted(tenant, service));
    }
    of(exchange, tenant, service, String.join("/", path.subList(4, path.size())));
  }

  private void of(HttpExchange exchange, String tenant, String service, String what)
      throws IOException, Refused {
    String raw = exchange.getRequestURI().getRawQuery();
    switch (what) {
      case "logs" -> {
        Parameters parameters = Parameters.of(raw, SEARCH, clock);
        Query query = parameters.query(tenant, service);
        Page page =
            inTurn(
                search ->
                    search.page(query, parameters.order(), parameters.limit(), parameters.after()));
        logs(exchange, page, parameters);
      }
      case "logs/follow" -> {
        Query query = Parameters.of(raw, FILTERS, clock).query(tenant, service);
        following.serve(exchange, query);
      }
      case "histogram" -> {
        Parameters parameters = Parameters.of(raw, HISTOGRAM, clock);
        Query query = parameters.query(tenant, service);
        if (query.sinceNanos() == Long.MIN_VALUE || query.untilNanos() == Long.MAX_VALUE) {
          throw new Refused(400, "a histogram needs since and until");
        }
        if (query.sinceNanos() < query.untilNanos() - MAX_HISTOGRAM_NANOS) {
          throw new Refused(400, "a histogram covers at most ten years");
        }
        int spans = parameters.number("spans", 60, MAX_SPANS);
        histogram(exchange, inTurn(search -> Histogram.of(search, query, spans)));
      }
      default -> throw Requests.notFound();
    }
  }

  private interface Searching<T> {
    T in(LogSearch search) throws IOException, Refused;
  }

  private <T> T inTurn(Searching<T> searching) throws IOException, Refused {
    LogSearch search = sources.searchable();
    try {
      if (!searches.tryAcquire(TURN_SECONDS, TimeUnit.SECONDS)) {
        throw new Refused(503, "too many searches at a time: try again in a few seconds");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refused(503, "the receiver is stopping");
    }
    try {
      return searching.in(search);
    } finally {
      searches.release();
    }
  }

  private static String id(String what, String id) throws Refused {
    if (!TenantServiceId.isValid(id)) {
      throw new Refused(400, TenantServiceId.sentence(what, id));
    }
    return id;
  }

  private Set<String> tenants(Predicate<String> visible) throws IOException {
    Set<String> tenants = new TreeSet<>();
    StoreCatalog catalog = sources.catalog();
    if (catalog != null) {
      tenants.addAll(catalog.tenants());
    }
    for (Traffic.Total total : sources.traffic().totals()) {
      tenants.add(total.tenantId());
    }
    tenants.removeIf(tenant -> !TenantServiceId.isValid(tenant) || !visible.test(tenant));
    return tenants;
  }

  private Set<String> services(String tenant) throws IOException {
    Set<String> services = new TreeSet<>();
    StoreCatalog catalog = sources.catalog();
    if (catalog != null) {
      services.addAll(catalog.services(tenant));
    }
    for (Traffic.Total total : sources.traffic().totals()) {
      if (total.tenantId().equals(tenant)) {
        services.add(total.serviceId());
      }
    }
    return services;
  }

  private void tenants(HttpExchange exchange, Predicate<String> visible) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (JsonGenerator json = LineJson.to(body)) {
      json.writeStartObject();
      json.writeNumberField("intervalSeconds", Rates.EVERY_SECONDS);
      json.writeArrayFieldStart("tenants");
      for (String tenant : tenants(visible)) {
        json.writeStartObject();
        json.writeStringField("tenant", tenant);
        rates(json, sources.rates().linesPerSecond(tenant));
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    Requests.answer(exchange, 200, Requests.JSON, body.toByteArray());
  }

  private void services(HttpExchange exchange, String tenant) throws IOException {
    List<Traffic.Total> totals = sources.traffic().totals();
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (JsonGenerator json = LineJson.to(body)) {
      json.writeStartObject();
      json.writeStringField("tenant", tenant);
      json.writeNumberField("intervalSeconds", Rates.EVERY_SECONDS);
      json.writeArrayFieldStart("services");
      for (String service : services(tenant)) {
        json.writeStartObject();
        json.writeStringField("service", service);
        totals(json, totals, tenant, service);
        rates(json, sources.rates().linesPerSecond(tenant, service));
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    Requests.answer(exchange, 200, Requests.JSON, body.toByteArray());
  }

  private static void totals(
      JsonGenerator json, List<Traffic.Total> totals, String tenant, String service)
      throws IOException {
    long lines = 0;
    long bytes = 0;
    for (Traffic.Total total : totals) {
      if (total.tenantId().equals(tenant) && total.serviceId().equals(service)) {
        lines = total.lines();
        bytes = total.bytes();
      }
    }
    json.writeNumberField("linesSinceStart", lines);
    json.writeNumberField("bytesSinceStart", bytes);
  }

  private static void rates(JsonGenerator json, List<Double> rates) throws IOException {
    json.writeArrayFieldStart("linesPerSecond");
    for (double rate : rates) {
      json.writeNumber(rate);
    }
    json.writeEndArray();
  }

  private void histogram(HttpExchange exchange, List<Long> counts) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (JsonGenerator json = LineJson.to(body)) {
      json.writeStartObject();
      json.writeArrayFieldStart("lines");
      for (long count : counts) {
        json.writeNumber(count);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    Requests.answer(exchange, 200, Requests.JSON, body.toByteArray());
  }

  private static void logs(HttpExchange exchange, Page page, Parameters parameters)
      throws IOException {
    String next = page.next();
    if (next != null) {
      String path = exchange.getRequestURI().getRawPath();
      exchange
          .getResponseHeaders()
          .set("Link", "<%s?%s>; rel=\"next\"".formatted(path, parameters.next(next)));
    }
    exchange.getResponseHeaders().set("Vary", "Accept");
    switch (Requests.format(exchange)) {
      case TEXT -> send(exchange, Requests.RAW, out -> text(out, page));
      case LINES -> send(exchange, "application/x-ndjson", out -> lines(out, page));
      case JSON -> send(exchange, Requests.JSON, out -> json(out, page, next));
    }
  }

  private interface Body {
    void to(OutputStream out) throws IOException;
  }

  private static void send(HttpExchange exchange, String type, Body body) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(200, -1);
      return;
    }
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream out = new BufferedOutputStream(exchange.getResponseBody(), 64 * 1024)) {
      body.to(out);
    }
  }

  private static void text(OutputStream out, Page page) throws IOException {
    for (FoundLine line : page.lines()) {
      out.write(line.line());
      out.write('\n');
    }
  }

  private static void lines(OutputStream out, Page page) throws IOException {
    try (JsonGenerator json = LineJson.to(out)) {
      for (FoundLine line : page.lines()) {
        LineJson.write(json, line);
        json.writeRaw('\n');
      }
    }
  }

  private static void json(OutputStream out, Page page, @Nullable String next) throws IOException {
    try (JsonGenerator json = LineJson.to(out)) {
      json.writeStartObject();
      json.writeArrayFieldStart("lines");
      for (FoundLine line : page.lines()) {
        LineJson.write(json, line);
      }
      json.writeEndArray();
      json.writeNumberField("scannedBytes", page.scannedBytes());
      if (next != null) {
        json.writeStringField("next", next);
      }
      json.writeEndObject();
    }
  }

  /** Ends what is followed. */
  void stop() {
    following.stop();
  }
}
