// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.logroute.options.LogOptionValidators;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RouteRulesTest {

  private final RouteRules rules = new RouteRules(LogOptionValidators.builtIn());

  @Test
  void shouldSayThatASpecIsMissing() {
    assertThat(rules.check(null))
        .extracting(SpecProblem::sentence)
        .containsExactly("spec is missing");
  }

  @Test
  void shouldLetTheApiServerKnowEveryRegisteredDriver() throws IOException {
    String drivers =
        LogOptionValidators.builtIn().drivers().stream()
            .map(driver -> "'" + driver + "'")
            .collect(Collectors.joining(", "));

    assertThat(Files.readString(Path.of("crds/logroutes.logroute.io-v1.yml")))
        .contains("self.driver in [" + drivers + "]");
  }
}
