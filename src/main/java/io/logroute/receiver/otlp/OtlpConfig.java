// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.otlp;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How lines get to a collector.
 *
 * @param logs where requests are posted to
 * @param headers of each request, for tokens and the like
 * @param compression of requests
 * @param authorities a PEM file of the certificates to trust; null: those of the JDK
 */
public record OtlpConfig(
    URI logs, Map<String, String> headers, Compression compression, @Nullable Path authorities) {

  private static final String LOGS_PATH = "/v1/logs";

  /** What is done to a request's body. */
  public enum Compression {
    gzip,
    none
  }

  /**
   * @throws IllegalArgumentException with one sentence
   */
  public OtlpConfig {
    headers = Map.copyOf(headers);
    HttpRequest.Builder trial = HttpRequest.newBuilder(logs);
    headers.forEach(
        (name, value) -> {
          if (isOurs(name)) {
            throw new IllegalArgumentException("header %s is LogRoute's own".formatted(name));
          }
          try {
            trial.header(name, value);
          } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                "'%s' is no header that can be set, or its value is none".formatted(name), e);
          }
        });
  }

  private static boolean isOurs(String name) {
    return name.equalsIgnoreCase("Content-Type") || name.equalsIgnoreCase("Content-Encoding");
  }

  /**
   * Where to post to: {@code /v1/logs} of a collector's address, or the address itself when it has
   * a path.
   *
   * @throws IllegalArgumentException with one sentence
   */
  public static URI logs(String endpoint) {
    String example = "'%s' is no http:// or https:// URL, as http://collector:4318";
    try {
      URI uri = new URI(endpoint);
      boolean isHttp = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (!isHttp || uri.getHost() == null || uri.getRawFragment() != null) {
        throw new IllegalArgumentException(example.formatted(endpoint));
      }
      boolean isBare = uri.getRawPath().isEmpty() || uri.getRawPath().equals("/");
      return isBare ? uri.resolve(LOGS_PATH) : uri;
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(example.formatted(endpoint), e);
    }
  }
}
