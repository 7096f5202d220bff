// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.driver.zmq;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DialerTest {

  @ParameterizedTest
  @ValueSource(strings = {"node-%d", "worker%04d.example.com", "ip-10-0-%d.eu.internal", "%08x"})
  void shouldSpreadNodesOverAddresses(String pattern) {
    for (int addresses = 2; addresses <= 16; addresses++) {
      int[] nodes = new int[addresses];
      IntStream.range(0, 1000)
          .forEach(node -> nodes[Dialer.firstChoice(pattern.formatted(node), nodes.length)]++);
      int fair = 1000 / addresses;
      assertThat(IntStream.of(nodes))
          .as("%d addresses", addresses)
          .allMatch(n -> n > fair / 3 && n < 2 * fair);
    }
  }
}
