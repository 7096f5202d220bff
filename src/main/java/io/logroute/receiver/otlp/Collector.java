// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.otlp;

import io.logroute.receiver.otlp.OtlpConfig.Compression;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** A collector's HTTP side. Used by one thread. */
final class Collector implements AutoCloseable {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);
  private static final long MAX_ANSWER_BYTES = 1 << 20;
  private static final long LOOK_MS = 100;

  private final HttpClient client;
  private final HttpRequest template;

  private Collector(HttpClient client, HttpRequest template) {
    this.client = client;
    this.template = template;
  }

  /**
   * Asks nobody anything yet.
   *
   * @throws IllegalArgumentException with one sentence, when the settings cannot be used
   */
  static Collector of(OtlpConfig config) {
    HttpClient.Builder client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT_TIMEOUT);
    Path authorities = config.authorities();
    if (authorities != null) {
      client.sslContext(trusting(authorities));
    }
    HttpRequest.Builder template =
        HttpRequest.newBuilder(config.logs()).header("User-Agent", "logroute-receiver");
    config.headers().forEach(template::setHeader);
    template.header("Content-Type", "application/x-protobuf");
    if (config.compression() == Compression.gzip) {
      template.header("Content-Encoding", "gzip");
    }
    return new Collector(client.build(), template.build());
  }

  private static SSLContext trusting(Path authorities) {
    try (InputStream in = Files.newInputStream(authorities)) {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      int number = 0;
      for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        trusted.setCertificateEntry("authority-" + number++, each);
      }
      if (number == 0) {
        throw new IllegalArgumentException("%s has no certificate".formatted(authorities));
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, factory.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "cannot read the certificates in %s: %s".formatted(authorities, e.getMessage()), e);
    }
  }

  /**
   * Posts a request and waits for its answer, half a minute at most.
   *
   * @param goesOn is asked again and again meanwhile; false: the answer is not waited for any more
   */
  Answer post(byte[] body, BooleanSupplier goesOn) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(template, (name, value) -> true)
            .timeout(REQUEST_TIMEOUT)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(
            request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_ANSWER_BYTES));
    long deadlineNanos = System.nanoTime() + REQUEST_TIMEOUT.toNanos();
    try {
      while (goesOn.getAsBoolean() && System.nanoTime() - deadlineNanos < 0) {
        @Nullable HttpResponse<byte[]> response = within(answer);
        if (response != null) {
          return Answer.of(
              response.statusCode(),
              response.headers().firstValue("Retry-After").orElse(""),
              response.body(),
              Instant.now());
        }
      }
      return new Answer.Later("no answer within " + REQUEST_TIMEOUT.toSeconds() + " s");
    } catch (ExecutionException e) {
      return new Answer.Later(cause(e.getCause() == null ? e : e.getCause()));
    } finally {
      answer.cancel(true);
    }
  }

  private static @Nullable HttpResponse<byte[]> within(
      CompletableFuture<HttpResponse<byte[]>> answer)
      throws InterruptedException, ExecutionException {
    try {
      return answer.get(LOOK_MS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return null;
    }
  }

  /** The JDK says of an address that does not answer, or is unknown, nothing but its class. */
  private static String cause(Throwable problem) {
    for (Throwable each = problem; each != null; each = each.getCause()) {
      if (each.getMessage() != null && !each.getMessage().isBlank()) {
        return each.getMessage();
      }
    }
    return switch (problem) {
      case ConnectException _ -> "cannot connect";
      default -> problem.getClass().getSimpleName();
    };
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
