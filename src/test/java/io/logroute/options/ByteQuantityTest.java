// SPDX-License-Identifier: Apache-2.0
package io.logroute.options;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteQuantityTest {

  @ParameterizedTest
  @CsvSource({
    "1Mi,1048576",
    "1048576,1048576",
    "500k,500000",
    "1.5Ki,1536",
    "1e6,1000000",
    "1E3,1000",
    "2E,2000000000000000000",
    "100m,1",
    "0,0",
    "+1G,1000000000",
    ".5Ki,512",
    "1.,1",
    "7Ei,8070450532247928832"
  })
  void shouldReadWhatKubernetesReads(String text, long bytes) {
    assertThat(ByteQuantity.parse(text)).hasValue(bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "1 Mi", "1mb", "-1", "Mi", "1ki", "1e", "8Ei", "1MiB", "0x10", "1e99"})
  void shouldRefuseWhatIsNoNumberOfBytes(String text) {
    assertThat(ByteQuantity.parse(text)).isEmpty();
  }
}
