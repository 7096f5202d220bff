// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.source;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.interfaces.ECPrivateKey;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys in the forms that kubeconfigs hold. */
class PemTest {

  @Test
  void shouldReadAnRsaKeyInItsOldForm() throws Exception {
    assertThat(Pem.privateKey(resource("rsa-pkcs1.key")))
        .isEqualTo(Pem.privateKey(resource("rsa.key")));
  }

  @Test
  void shouldReadAnEcKeyInItsOldForm() throws Exception {
    ECPrivateKey old = (ECPrivateKey) Pem.privateKey(resource("ec-sec1.key"));
    ECPrivateKey today = (ECPrivateKey) Pem.privateKey(resource("ec.key"));

    assertThat(old.getS()).isEqualTo(today.getS());
    assertThat(old.getParams().getOrder()).isEqualTo(today.getParams().getOrder());
  }

  @Test
  void shouldReadAnEd25519Key() throws Exception {
    assertThat(Pem.privateKey(resource("ed25519.key")).getAlgorithm()).isEqualTo("EdDSA");
  }

  @Test
  void shouldReadEachCertificateOfAChain() throws Exception {
    String chain =
        new String(resource("rsa.crt"), StandardCharsets.US_ASCII)
            + new String(resource("ca.crt"), StandardCharsets.US_ASCII);

    assertThat(Pem.certificates(chain.getBytes(StandardCharsets.US_ASCII))).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"})
  void shouldRefuseWhatIsNoKey(String text) {
    assertThatThrownBy(() -> Pem.privateKey(text.getBytes(StandardCharsets.US_ASCII)))
        .isInstanceOf(GeneralSecurityException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rsa-pkcs1.key", "ec-sec1.key", "ec.key"})
  void shouldNeverFailInAnotherWayWhenAKeyIsDamaged(String name) throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    String good = new String(resource(name), StandardCharsets.US_ASCII);
    int start = good.indexOf('\n', good.indexOf("PRIVATE KEY")) + 1;
    int end = good.indexOf("-----END", start);
    for (int i = 0; i < 300; i++) {
      StringBuilder damaged = new StringBuilder(good);
      damaged.setCharAt(start + random.nextInt(end - start), (char) ('A' + random.nextInt(26)));
      if (random.nextBoolean()) {
        int cut = start + random.nextInt(end - start);
        damaged.delete(cut, end);
      }
      try {
        assertThat(Pem.privateKey(damaged.toString().getBytes(StandardCharsets.US_ASCII)))
            .as("seed %d", seed)
            .isNotNull();
      } catch (GeneralSecurityException expected) {
        assertThat(expected).as("seed %d", seed).hasMessageNotContaining("Index");
      }
    }
  }

  @Test
  void shouldRefuseWhatIsNoCertificate() {
    assertThatThrownBy(() -> Pem.certificates(new byte[0]))
        .isInstanceOf(GeneralSecurityException.class)
        .hasMessage("no PEM certificate in it");
  }

  static byte[] resource(String name) throws IOException {
    try (InputStream in = requireNonNull(PemTest.class.getResourceAsStream(name))) {
      return in.readAllBytes();
    }
  }
}
