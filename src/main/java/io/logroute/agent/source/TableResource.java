// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** The requests about one node's NodeRouteTable, and what their answers mean. */
final class TableResource {

  private static final String PATH = "/apis/logroute.io/v1alpha1/noderoutetables";
  private static final Duration BODY_TIMEOUT = Duration.ofSeconds(30);
  private static final int MAX_QUOTED_CHARS = 300;
  private static final long MAX_RETRY_AFTER_MS = 60_000;

  private static final JsonMapper JSON = new JsonMapper();

  private final ApiConnection connection;
  private final String node;

  TableResource(ApiConnection connection, String node) {
    this.connection = connection;
    this.node = node;
  }

  /** A NodeRouteTableList of at most one item. */
  JsonNode list() throws IOException {
    try (ApiConnection.Answer answer = connection.get(PATH + "?" + selector())) {
      byte[] body = answer.body().readAll(BODY_TIMEOUT);
      if (answer.status() != 200) {
        throw failure(answer, body);
      }
      return json(body);
    }
  }

  /** The changes after a version; the answer's body is for {@link WatchEvent}. */
  ApiConnection.Answer watch(String resourceVersion, long timeoutSeconds) throws IOException {
    ApiConnection.Answer answer =
        connection.get(
            PATH
                + "?"
                + selector()
                + "&watch=1&allowWatchBookmarks=true&timeoutSeconds="
                + timeoutSeconds
                + "&resourceVersion="
                + encoded(resourceVersion));
    if (answer.status() == 200) {
      return answer;
    }
    try (answer) {
      throw failure(answer, answer.body().readAll(BODY_TIMEOUT));
    }
  }

  /**
   * Replaces fields of the table's status, RFC 7386. The server is not to look for unknown fields:
   * it would walk the whole table once more.
   */
  void patchStatus(byte[] json) throws IOException {
    try (ApiConnection.Answer answer =
        connection.mergePatch(
            PATH + "/" + encoded(node) + "/status?fieldValidation=Ignore", json)) {
      byte[] body = answer.body().readAll(BODY_TIMEOUT);
      if (answer.status() != 200) {
        throw failure(answer, body);
      }
    }
  }

  /** A JSON object that the API server sent. */
  static JsonNode json(byte[] body) throws IOException {
    try {
      JsonNode node = JSON.readTree(body);
      if (node != null && node.isObject()) {
        return node;
      }
      throw new IOException("the answer is no JSON object: " + quoted(body));
    } catch (JsonProcessingException e) {
      throw new IOException("the answer is not JSON: " + quoted(body), e);
    }
  }

  private static ApiFailure failure(ApiConnection.Answer answer, byte[] body) {
    long retryAfterMs =
        Math.min(
            MAX_RETRY_AFTER_MS,
            1_000
                * Math.max(
                    0,
                    answer
                        .headers()
                        .firstValue("Retry-After")
                        .map(TableResource::seconds)
                        .orElse(0L)));
    return new ApiFailure(answer.status(), retryAfterMs, sentence(answer.status(), body));
  }

  private static String sentence(int status, byte[] body) {
    String message;
    try {
      message = json(body).path("message").asText("");
    } catch (IOException notAStatusObject) {
      message = quoted(body);
    }
    return switch (status) {
      case 401 -> "401, it does not accept our credentials: " + message;
      case 403 -> "403, we lack a right: " + message;
      case 404 -> "404, it knows no NodeRouteTables; install the CRDs of LogRoute";
      default -> status + ": " + message;
    };
  }

  private static String quoted(byte[] body) {
    String text = new String(body, StandardCharsets.UTF_8);
    String head =
        text.length() > MAX_QUOTED_CHARS ? text.substring(0, MAX_QUOTED_CHARS) + "…" : text;
    return "'" + head.strip().replaceAll("\\p{Cntrl}+", " ") + "'";
  }

  private static long seconds(String retryAfter) {
    try {
      return Long.parseLong(retryAfter);
    } catch (NumberFormatException aDate) {
      return 0;
    }
  }

  private String selector() {
    return "fieldSelector=" + encoded("metadata.name=" + node);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
