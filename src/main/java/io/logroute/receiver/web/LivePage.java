// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;

/**
 * The page: one document with its style and script in it, put together once. The browser is told to
 * run and load nothing but these two, known by their hashes, so that a log line cannot become
 * anything but text.
 */
@SuppressWarnings("ArrayRecordComponent")
record LivePage(byte[] html, String policy) {

  /** In the order in which they need one another. */
  private static final List<String> SCRIPTS =
      List.of("text.js", "api.js", "plots.js", "lines.js", "page.js");

  static LivePage load() throws IOException {
    String style = resource("page.css");
    StringBuilder scripts = new StringBuilder();
    for (String name : SCRIPTS) {
      scripts.append(resource(name));
    }
    String script = scripts.toString();
    String html = resource("page.html").replace("/*style*/", style).replace("/*script*/", script);
    String policy =
        "default-src 'none'; connect-src 'self'; img-src data:; base-uri 'none';"
            + " form-action 'none'; frame-ancestors 'none'; script-src '%s'; style-src '%s'"
                .formatted(hash(script), hash(style));
    return new LivePage(html.getBytes(UTF_8), policy);
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = LivePage.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new FileNotFoundException(name);
      }
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  private static String hash(String text) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
      return "sha256-" + Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  void serve(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("Content-Security-Policy", policy);
    exchange.getResponseHeaders().set("Referrer-Policy", "no-referrer");
    Requests.answer(exchange, 200, "text/html; charset=utf-8", html);
  }
}
