// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.web;

import static io.logroute.receiver.search.StoreWriter.START;
import static io.logroute.receiver.search.StoreWriter.pod;
import static io.logroute.receiver.search.StoreWriter.record;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests that nobody should send: each gets an answer, none an exception, none what stands
 * outside of the data folder, and none stays in memory. More with {@code -Dlogroute.fuzz.requests=1000000}.
 */
class ApiFuzzIT {

  private static final int REQUESTS = Integer.getInteger("logroute.fuzz.requests", 3000);
  private static final int TIMEOUT_MS = 60_000;
  private static final long MAX_GROWTH_BYTES = 32L << 20;

  private static final List<String> PATHS =
      List.of("api", "v1", "tenants", "t1", "services", "web", "logs", "follow", "histogram");

  private static final List<String> PIECES =
      List.of(
          "..",
          ".",
          "%2e%2e",
          "%2F",
          "%00",
          "%",
          "%zz",
          "+logroute",
          "secret",
          "",
          "*",
          "~",
          "%C3%28",
          "..%2f..%2fsecret",
          "a".repeat(300),
          "\u00ff",
          "t1%0d%0aX:%20y",
          "-1",
          "0",
          "99999999999",
          "{\"a\":1}",
          "%F0%9F%92%A9");

  private static final List<String> NAMES =
      List.of(
          "since",
          "until",
          "limit",
          "order",
          "after",
          "from",
          "contains",
          "pod",
          "stream",
          "spans",
          "tag",
          "container",
          "x");

  private static final List<String> VALUES =
      List.of(
          "1h",
          "0s",
          "999999999d",
          "asc",
          "desc",
          "stdout",
          "10",
          "line",
          "2026-11-22T12:00:00Z",
          "%2B999999999-12-31T23:59:59Z",
          "-999999999-01-01T00:00:00Z",
          "1677-01-01T00:00:00Z",
          "2262-01-01T00:00:00Z",
          "%0A",
          "%5C",
          "%FF");

  @TempDir private Path folder;

  private final long seed = Long.getLong("logroute.seed", System.nanoTime());
  private final Random random = new Random(seed);

  @Test
  void shouldAnswerWhateverIsAskedAndLetNothingOut() throws Exception {
    Path data = folder.resolve("data");
    Path secret = Files.createDirectories(folder.resolve("secret/s1"));
    Files.writeString(secret.resolve("tag.log"), record(START, "stdout", "top secret"));
    try (ServedStore served = new ServedStore(data, Access.open())) {
      for (int i = 0; i < 200; i++) {
        served.append(pod("a", "app", 0), record(START.plusSeconds(i), "stdout", "line " + i));
      }
      long beforeBytes = usedBytes();
      for (int i = 0; i < REQUESTS; i++) {
        String request = request();
        String answer = answer(served, request);
        assertThat(answer)
            .as("seed %d, request %d: %s", seed, i, request)
            .startsWith("HTTP/1.1 ")
            .doesNotStartWith("HTTP/1.1 500")
            .doesNotContain("top secret", "Exception", "\tat ");
      }
      assertThat(served.get("/api/v1/tenants/t1/services/web/logs?limit=1").statusCode())
          .isEqualTo(200);
      long grownBytes = usedBytes() - beforeBytes;
      System.out.printf(
          "%d requests, seed %d, heap grown by %d KiB%n", REQUESTS, seed, grownBytes >> 10);
      assertThat(grownBytes).as("what stays in memory").isLessThan(MAX_GROWTH_BYTES);
    }
  }

  private static long usedBytes() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private String request() {
    StringBuilder request =
        new StringBuilder(any(List.of("GET", "GET", "GET", "HEAD", "POST", "X"))).append(' ');
    int parts = random.nextInt(4) == 0 ? random.nextInt(12) : 7 + random.nextInt(3);
    for (int i = 0; i < parts; i++) {
      String usual = PATHS.get(Math.min(i, PATHS.size() - 1));
      request.append('/').append(random.nextInt(12) == 0 ? any(PIECES) : usual);
    }
    String separator = "?";
    for (int i = random.nextInt(4); i > 0; i--) {
      request.append(separator).append(any(NAMES)).append(random.nextInt(9) == 0 ? "" : "=");
      request.append(random.nextInt(3) == 0 ? any(PIECES) : value());
      separator = "&";
    }
    request.append(" HTTP/1.0\r\n");
    if (random.nextInt(3) == 0) {
      request.append("Last-Event-ID: ").append(noise()).append("\r\n");
    }
    if (random.nextInt(4) == 0) {
      request
          .append("Accept: ")
          .append(any(List.of("text/plain", "application/x-ndjson", "*/*", "\u0001")));
      request.append("\r\n");
    }
    if (random.nextInt(9) == 0) {
      request.append("Authorization: ").append(any(PIECES)).append("\r\n");
    }
    return request.append("\r\n").toString();
  }

  private String value() {
    return random.nextInt(5) == 0 ? noise() : any(VALUES);
  }

  /** Looks like a place or a position, and is none. */
  private String noise() {
    byte[] bytes = new byte[any(List.of(36, 8, 8 + 28, 8 + 28 * 3, 5, 0))];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private <T> T any(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  /** The beginning of an answer is enough, since a follower's never ends. */
  private static String answer(ServedStore served, String request) throws IOException {
    try (Socket socket = new Socket(served.address().getAddress(), served.address().getPort())) {
      socket.setSoTimeout(TIMEOUT_MS);
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      InputStream in = socket.getInputStream();
      byte[] answer = new byte[4096];
      int length = 0;
      while (length < answer.length) {
        int count = in.read(answer, length, answer.length - length);
        if (count < 0) {
          break;
        }
        length += count;
        if (new String(answer, 0, length, ISO_8859_1).contains("text/event-stream")) {
          break;
        }
      }
      // The JDK's server says so by itself of an address that is none.
      return new String(answer, 0, length, ISO_8859_1).replace("URISyntaxException thrown", "");
    }
  }
}
