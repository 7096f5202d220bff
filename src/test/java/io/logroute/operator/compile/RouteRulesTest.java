// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.Serialization;
import io.logroute.api.v1alpha1.LogRoute;
import io.logroute.options.LogOptionValidators;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouteRulesTest {

  private final RouteRules rules = new RouteRules(LogOptionValidators.builtIn());

  static List<WrongSpec> wrong() {
    return WrongSpec.all();
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void shouldSayEveryProblemInOrder(WrongSpec wrong) {
    assertThat(sentences(wrong.document("ns", "r"))).isEqualTo(wrong.sentences());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{zmqAddress: 'tcp://central.logs.svc:5555'}",
        "{zmqAddress: 'tcp://[fd00::1]:5555'}",
        "{endpointRef: {name: central}}",
        "{options: {zmq-address: 'tcp://a:1', mode: non-blocking, max-buffer-size: 4m, tag: x}}",
        "{endpointRef: {name: central}, options: {mode: ''}}",
        "{driver: none}",
        "{driver: none, options: {foo: bar, mode: x}}",
        "{driver: json-file, options: {max-size: 10m, max-file: '3'}}",
        "{endpointRef: {name: c}, tenantId: {fromLabel: 'a.b/c', default: d}, maxLineBytes: 16Mi}",
        "{endpointRef: {name: c}, maxLineBytes: 2048, rateLimit: {linesPerSecond: 5}}",
        "{endpointRef: {name: c}, selector: {matchExpressions: [{key: a, operator: Exists}]}}"
      })
  void shouldSayNothingWhenARouteIsRight(String spec) {
    assertThat(sentences(new WrongSpec(spec, List.of(), false).document("ns", "r"))).isEmpty();
  }

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

  private List<String> sentences(String document) {
    LogRoute route = Serialization.unmarshal(document, LogRoute.class);
    return rules.check(route.getSpec()).stream().map(SpecProblem::sentence).toList();
  }
}
