// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BindAddressTest {

  @ParameterizedTest
  @CsvSource({
    "tcp://127.0.0.1:5555,127.0.0.1,5555",
    "tcp://*:0,*,0",
    "tcp://0.0.0.0:*,0.0.0.0,0",
    "tcp://localhost:65535,localhost,65535",
    "tcp://[::1]:5555,[::1],5555"
  })
  void shouldUnderstandAddresses(String text, String host, int port) {
    assertThat(BindAddress.parse(text)).isEqualTo(new BindAddress(host, port));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "5555",
        "127.0.0.1:5555",
        "tcp://",
        "tcp://:5555",
        "tcp://host",
        "tcp://host:",
        "tcp://host:65536",
        "tcp://host:-1",
        "tcp://a b:1",
        "ipc:///tmp/x",
        "udp://host:1",
        "tcp://host:1/path",
        "tcp://::1:5555",
        "tcp://host:1;tcp://other:2"
      })
  void shouldRefuseWhatIsNoAddress(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BindAddress.parse(text))
        .withMessageStartingWith("'" + text + "' is not an address to bind");
  }
}
