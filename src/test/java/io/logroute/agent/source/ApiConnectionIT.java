// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.logroute.cluster.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** TLS in both directions, and words for what goes wrong. */
@Timeout(60)
class ApiConnectionIT {

  private HttpsServer server;

  @BeforeEach
  void startServer() throws Exception {
    ApiServerConfig identity =
        new ApiServerConfig(
            URI.create("https://unused"),
            material("ca.crt"),
            null,
            material("server.crt"),
            material("server.key"));
    SSLContext context = identity.sslContext();
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(
        new HttpsConfigurator(context) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters ssl = context.getDefaultSSLParameters();
            ssl.setNeedClientAuth(true);
            parameters.setSSLParameters(ssl);
          }
        });
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            String peer = ((HttpsExchange) exchange).getSSLSession().getPeerPrincipal().getName();
            byte[] body = peer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
          }
        });
    server.start();
  }

  @AfterEach
  void stopServer() {
    server.stop(0);
  }

  @ParameterizedTest
  @CsvSource({
    "rsa.crt, rsa.key, rsa-client",
    "rsa.crt, rsa-pkcs1.key, rsa-client",
    "ec.crt, ec.key, ec-client",
    "ec.crt, ec-sec1.key, ec-client"
  })
  void shouldShowItsCertificate(String certificate, String key, String name) throws Exception {
    try (ApiConnection connection =
            new ApiConnection(config(material("ca.crt"), material(certificate), material(key)));
        ApiConnection.Answer answer = connection.get("/")) {
      assertThat(answer.body().readAll(Duration.ofSeconds(5)))
          .asString(StandardCharsets.UTF_8)
          .isEqualTo("CN=" + name);
    }
  }

  @Test
  void shouldNotSpeakToAServerThatNobodyVouchesFor() throws Exception {
    try (ApiConnection connection =
        new ApiConnection(config(null, material("rsa.crt"), material("rsa.key")))) {
      assertThatThrownBy(() -> connection.get("/"))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("TLS failed: ");
    }
  }

  @Test
  void shouldReadTheAuthoritiesAgainAfterTlsFailed(@TempDir Path folder) throws Exception {
    Path authority = Files.write(folder.resolve("ca.crt"), PemTest.resource("rsa.crt"));
    try (ApiConnection connection =
        new ApiConnection(
            config(new Material.InFile(authority), material("rsa.crt"), material("rsa.key")))) {
      assertThatThrownBy(() -> connection.get("/")).hasMessageStartingWith("TLS failed: ");

      Files.write(authority, PemTest.resource("ca.crt"));

      try (ApiConnection.Answer answer = connection.get("/")) {
        assertThat(answer.status()).isEqualTo(200);
      }
    }
  }

  @Test
  void shouldSayThatNobodyListens() {
    ApiServerConfig config =
        new ApiServerConfig(
            URI.create("http://127.0.0.1:" + FreePort.next()), null, null, null, null);
    try (ApiConnection connection = new ApiConnection(config)) {
      assertThatThrownBy(() -> connection.get("/")).hasMessage("connection refused");
    }
  }

  @Test
  void shouldSayThatTheHostHasNoAddress() {
    ApiServerConfig config =
        new ApiServerConfig(URI.create("http://no-such-host.invalid:1"), null, null, null, null);
    try (ApiConnection connection = new ApiConnection(config)) {
      assertThatThrownBy(() -> connection.get("/"))
          .hasMessage("the host's name cannot be resolved");
    }
  }

  private ApiServerConfig config(@Nullable Material authority, Material certificate, Material key) {
    return new ApiServerConfig(
        URI.create("https://127.0.0.1:" + server.getAddress().getPort()),
        authority,
        null,
        certificate,
        key);
  }

  private static Material material(String resource) throws IOException {
    return new Material.Inline(resource, ByteBuffer.wrap(PemTest.resource(resource)));
  }
}
