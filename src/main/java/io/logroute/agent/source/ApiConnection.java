// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.source;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 with the API server. The token is read for each request, the certificates again after
 * TLS has failed. Thread-safe; {@link #close} ends what is under way in other threads.
 */
final class ApiConnection implements AutoCloseable {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  /** Nobody looks at what a patch makes of the object. */
  private static final String METADATA_ONLY =
      "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";

  /** Until the headers of the answer: the API server itself gives up after 60 s. */
  private static final Duration HEADERS_TIMEOUT = Duration.ofSeconds(30);

  /** An answer whose headers are here and whose body is still to be read. */
  record Answer(int status, HttpHeaders headers, LineBody body) implements AutoCloseable {
    @Override
    public void close() {
      body.close();
    }
  }

  private final ApiServerConfig config;
  private @Nullable HttpClient client;
  private boolean closed;

  ApiConnection(ApiServerConfig config) {
    this.config = config;
  }

  /** {@code https://host:port}, for messages. */
  URI server() {
    return config.server();
  }

  Answer get(String path) throws IOException {
    return send(request(path).GET());
  }

  /** JSON merge patch, RFC 7386; the answer has the object's metadata at most. */
  Answer mergePatch(String path, byte[] json) throws IOException {
    return send(
        request(path)
            .header("Content-Type", "application/merge-patch+json")
            .setHeader("Accept", METADATA_ONLY)
            .method("PATCH", BodyPublishers.ofByteArray(json)));
  }

  @Override
  public synchronized void close() {
    closed = true;
    dropClient();
  }

  private HttpRequest.Builder request(String path) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(config.server() + path))
            .header("Accept", "application/json")
            .header("User-Agent", "logroute-agent");
    String token = config.bearerToken();
    return token == null ? request : request.header("Authorization", "Bearer " + token);
  }

  private Answer send(HttpRequest.Builder request) throws IOException {
    CompletableFuture<HttpResponse<LineBody>> pending =
        openClient().sendAsync(request.build(), headers -> new LineBody());
    try {
      HttpResponse<LineBody> response =
          pending.get(HEADERS_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
      return new Answer(response.statusCode(), response.headers(), response.body());
    } catch (TimeoutException e) {
      pending.cancel(true);
      throw new HttpTimeoutException("no answer within " + HEADERS_TIMEOUT.toSeconds() + " s");
    } catch (ExecutionException e) {
      throw inWords(e.getCause());
    } catch (InterruptedException e) {
      pending.cancel(true);
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for the API server", e);
    }
  }

  private synchronized HttpClient openClient() throws IOException {
    if (closed) {
      throw new IOException("closed");
    }
    if (client == null) {
      try {
        client =
            HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .followRedirects(HttpClient.Redirect.NEVER)
                .sslContext(config.sslContext())
                .build();
      } catch (GeneralSecurityException e) {
        throw new IOException("unusable certificate or key: " + e.getMessage(), e);
      }
    }
    return client;
  }

  private synchronized void dropClient() {
    if (client != null) {
      client.shutdownNow();
      client = null;
    }
  }

  /** The JDK leaves many of its messages empty. */
  private IOException inWords(@Nullable Throwable cause) {
    return switch (cause) {
      case SSLException tls -> {
        dropClient();
        yield new IOException("TLS failed: " + tls.getMessage(), tls);
      }
      case HttpConnectTimeoutException e ->
          new IOException("no connection within " + CONNECT_TIMEOUT.toSeconds() + " s", e);
      case ConnectException e when isUnresolved(e) ->
          new IOException("the host's name cannot be resolved", e);
      case ConnectException e ->
          new IOException(e.getMessage() == null ? "connection refused" : e.getMessage(), e);
      case IOException e when e.getMessage() != null -> e;
      case null, default -> new IOException(String.valueOf(cause), cause);
    };
  }

  private static boolean isUnresolved(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnresolvedAddressException) {
        return true;
      }
    }
    return false;
  }
}
