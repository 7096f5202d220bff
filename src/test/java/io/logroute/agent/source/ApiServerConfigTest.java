// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The ways to the API server, and a sentence for each that is none. */
class ApiServerConfigTest {

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void copyCertificates() throws IOException {
    file = folder.resolve("config");
    for (String name : new String[] {"ca.crt", "rsa.crt", "rsa-pkcs1.key"}) {
      Files.write(folder.resolve(name), PemTest.resource(name));
    }
  }

  @Test
  void shouldReadATokenAndACertificateAuthorityThatStandInTheFile() throws Exception {
    write(
        "server: https://10.0.0.1:6443/, certificate-authority-data: " + base64("ca.crt"),
        "token: abc");

    ApiServerConfig config = ApiServerConfig.fromKubeconfig(file);

    assertThat(config.server()).hasToString("https://10.0.0.1:6443");
    assertThat(config.bearerToken()).isEqualTo("abc");
  }

  @Test
  void shouldReadWhatStandsBesideTheFile() throws Exception {
    Files.writeString(folder.resolve("token"), "first\n");
    write(
        "server: 'https://[::1]:6443', certificate-authority: ca.crt",
        "tokenFile: token, client-certificate: rsa.crt, client-key: rsa-pkcs1.key");

    ApiServerConfig config = ApiServerConfig.fromKubeconfig(file);
    assertThat(config.bearerToken()).isEqualTo("first");
    Files.writeString(folder.resolve("token"), "second");

    assertThat(config.bearerToken()).as("read anew").isEqualTo("second");
    assertThat(config.sslContext()).isNotNull();
  }

  @Test
  void shouldTakeTheServiceAccountOfAPod() throws Exception {
    Files.writeString(folder.resolve("token"), "of-the-pod");

    ApiServerConfig config =
        ApiServerConfig.inCluster(
            Map.of("KUBERNETES_SERVICE_HOST", "fd00::1", "KUBERNETES_SERVICE_PORT", "443"), folder);

    assertThat(config.server()).hasToString("https://[fd00::1]:443");
    assertThat(config.bearerToken()).isEqualTo("of-the-pod");
  }

  @Test
  void shouldPreferTheNamedFileToTheEnvironment() throws Exception {
    write("server: http://127.0.0.1:1", "token: a");
    Path other = folder.resolve("other");
    Files.writeString(other, Files.readString(file).replace("127.0.0.1:1", "127.0.0.1:2"));

    assertThat(
            ApiServerConfig.locate(other, Map.of("KUBECONFIG", file.toString())).server().getPort())
        .isEqualTo(2);
    assertThat(
            ApiServerConfig.locate(
                    null, Map.of("KUBECONFIG", file.toString(), "KUBERNETES_SERVICE_HOST", "x"))
                .server()
                .getPort())
        .isEqualTo(1);
  }

  @Test
  void shouldFindTheConfigOfTheUser() throws Exception {
    write("server: http://127.0.0.1:1", "token: a");
    Files.createDirectory(folder.resolve(".kube"));
    Files.move(file, folder.resolve(".kube/config"));

    assertThat(ApiServerConfig.locate(null, Map.of("HOME", folder.toString())).server().getPort())
        .isEqualTo(1);
  }

  @Test
  void shouldSayHowToGiveAWayWhenThereIsNone() {
    assertThatThrownBy(() -> ApiServerConfig.locate(null, Map.of("HOME", folder.toString())))
        .isInstanceOf(ApiServerConfigException.class)
        .hasMessageContaining("--kubeconfig")
        .hasMessageContaining("--routes");
  }

  @Test
  void shouldSayThatTheServiceAccountIsNotMounted() {
    assertThatThrownBy(
            () ->
                ApiServerConfig.inCluster(
                    Map.of("KUBERNETES_SERVICE_HOST", "10.0.0.1"), folder.resolve("none")))
        .isInstanceOf(ApiServerConfigException.class)
        .hasMessage("service account %1$s/none: no such file: %1$s/none/ca.crt".formatted(folder));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "server: nonsense | token: a | server 'nonsense' is no https:// URL",
        "server: 'https://a b' | token: a | is no URL",
        "server: https://a, insecure-skip-tls-verify: true | token: a | name the certificate-authority",
        "server: https://a, proxy-url: http://p | token: a | proxy-url is not supported",
        "server: https://a | exec: {command: aws} | exec is not supported; give the user a token",
        "server: https://a | auth-provider: {name: gcp} | auth-provider is not supported",
        "server: https://a, certificate-authority-data: '*' | token: a | is not base64",
        "server: https://a, certificate-authority: none.crt | token: a | no such file",
        "server: https://a, certificate-authority: config | token: a | unusable credentials",
        "server: https://a | tokenFile: none | no such file",
        "server: https://a | client-certificate: rsa.crt, client-key: ca.crt | no unencrypted PEM private key",
      })
  void shouldSayWhatIsWrongWithAKubeconfig(String cluster, String user, String cause)
      throws Exception {
    write(cluster, user);

    assertThatThrownBy(() -> ApiServerConfig.fromKubeconfig(file))
        .isInstanceOf(ApiServerConfigException.class)
        .hasMessageStartingWith("kubeconfig " + file)
        .hasMessageContaining(cause);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "clusters: [ | is not YAML",
        "\"\" | no current-context",
        "just text | no current-context",
        "current-context: x | no 'x' among its contexts",
        "{current-context: x, contexts: [{name: x, context: {cluster: c}}]} | no 'c' among its clusters",
      })
  void shouldSayWhatIsNoKubeconfig(String text, String cause) throws Exception {
    Files.writeString(file, text);

    assertThatThrownBy(() -> ApiServerConfig.fromKubeconfig(file))
        .isInstanceOf(ApiServerConfigException.class)
        .hasMessageContaining(cause)
        .hasMessageContaining(file.toString());
  }

  @Test
  void shouldSayThatAKubeconfigIsMissing() {
    assertThatThrownBy(() -> ApiServerConfig.fromKubeconfig(folder.resolve("none")))
        .hasMessage("kubeconfig " + folder + "/none cannot be read: no such file");
  }

  private void write(String cluster, String user) throws IOException {
    Files.writeString(
        file,
        """
        apiVersion: v1
        kind: Config
        current-context: x
        contexts: [{name: y, context: {}}, {name: x, context: {cluster: c, user: u}}]
        clusters: [{name: c, cluster: {%s}}]
        users: [{name: u, user: {%s}}]
        """
            .formatted(cluster, user));
  }

  private static String base64(String resource) throws IOException {
    return Base64.getEncoder().encodeToString(PemTest.resource(resource));
  }
}
