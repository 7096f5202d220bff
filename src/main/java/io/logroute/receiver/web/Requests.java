// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonGenerator;
import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What all requests have in common: who asks, for what, in which form, and how it is refused. */
final class Requests {

  static final String TEXT = "text/plain; charset=utf-8";

  /** Lines are bytes: no promise what they are in. */
  static final String RAW = "text/plain";

  static final String JSON = "application/json";

  private static final String BEARER = "Bearer ";

  /** A name that a foreign page could have made to point here is none of these. */
  private static final Pattern LOCAL_HOST =
      Pattern.compile("(localhost|[0-9.]+|\\[[0-9a-fA-F:.]+])(:[0-9]+)?");

  /** How lines are written. */
  enum Format {
    JSON,
    LINES,
    TEXT
  }

  private Requests() {}

  /** The tenants that who asks may see. */
  static Predicate<String> tenants(HttpExchange exchange, Access access) throws Refused {
    if (access.isOpen()) {
      refuseForeignNames(exchange);
    }
    return access
        .tenants(token(exchange))
        .orElseThrow(
            () ->
                new Refused(
                    401, "give a token that is known here, as Authorization: Bearer TOKEN"));
  }

  /** A page of somebody else's must not read what only this machine may. */
  private static void refuseForeignNames(HttpExchange exchange) throws Refused {
    String host = exchange.getRequestHeaders().getFirst("Host");
    boolean isLocal = exchange.getLocalAddress().getAddress().isLoopbackAddress();
    if (isLocal && host != null && !LOCAL_HOST.matcher(host).matches()) {
      throw new Refused(
          403, "without --tokens the API answers on loopback to no name but localhost");
    }
  }

  private static @Nullable String token(HttpExchange exchange) {
    String header = exchange.getRequestHeaders().getFirst("Authorization");
    boolean isBearer = header != null && header.regionMatches(true, 0, BEARER, 0, BEARER.length());
    return isBearer && header != null ? header.substring(BEARER.length()).strip() : null;
  }

  /** The parts of the path below {@code root}, at least one; decoded. */
  static List<String> path(HttpExchange exchange, String root) throws Refused {
    String raw = exchange.getRequestURI().getRawPath();
    if (!raw.startsWith(root)) {
      throw notFound();
    }
    List<String> parts = new ArrayList<>();
    for (String part : raw.substring(root.length()).split("/", -1)) {
      String bytes = Parameters.decoded(part.replace("+", "%2B"));
      parts.add(new String(bytes.getBytes(ISO_8859_1), UTF_8));
    }
    return parts;
  }

  static Refused notFound() {
    return new Refused(404, "there is nothing at this address: begin with /api/v1/tenants");
  }

  static Format format(HttpExchange exchange) {
    List<String> accept = exchange.getRequestHeaders().getOrDefault("Accept", List.of());
    String wanted = String.join(",", accept).toLowerCase(Locale.ROOT);
    if (wanted.contains("application/x-ndjson")) {
      return Format.LINES;
    }
    return wanted.contains("text/plain") ? Format.TEXT : Format.JSON;
  }

  static void refuse(HttpExchange exchange, Refused refused) throws IOException {
    if (refused.status() == 401) {
      exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
    }
    if (refused.status() == 503) {
      exchange.getResponseHeaders().set("Retry-After", "5");
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (JsonGenerator json = LineJson.to(body)) {
      json.writeStartObject();
      json.writeStringField("error", refused.sentence());
      json.writeEndObject();
      json.writeRaw('\n');
    }
    answer(exchange, refused.status(), JSON, body.toByteArray());
  }

  static void answer(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, head || body.length == 0 ? -1 : body.length);
    if (!head && body.length > 0) {
      exchange.getResponseBody().write(body);
    }
  }
}
