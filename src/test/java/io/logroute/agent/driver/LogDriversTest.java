// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The registry speaks Docker's sentences. */
class LogDriversTest {

  private static final DriverContext CONTEXT =
      new DriverContext(
          "none",
          "node-1",
          List.of(),
          "",
          "",
          false,
          0,
          Path.of("."),
          lines -> {},
          () -> {},
          new ConnectionStatus());

  @Test
  void shouldOpenWhatIsRegistered() {
    assertThat(LogDrivers.builtIn().open("none", CONTEXT).name()).isEqualTo("none");
    assertThat(LogDrivers.builtIn().isRegistered("zmq")).isTrue();
    assertThat(LogDrivers.builtIn().isRegistered("json-file")).isTrue();
    assertThat(LogDrivers.builtIn().isRegistered("syslog")).isFalse();
  }

  @Test
  void shouldSayDockersSentences() {
    assertThatThrownBy(() -> LogDrivers.builtIn().open("syslog", CONTEXT))
        .hasMessage("logger: no log driver named 'syslog' is registered");
    assertThatThrownBy(() -> LogDrivers.builtIn().register("zmq", context -> new NoneDriver()))
        .hasMessage("logger: log driver named 'zmq' is already registered");
  }
}
