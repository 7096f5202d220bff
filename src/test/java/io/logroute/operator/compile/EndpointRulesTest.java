// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.Serialization;
import io.logroute.api.v1alpha1.LogAgentSpec;
import io.logroute.api.v1alpha1.LogEndpointSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndpointRulesTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{addresses: ['tcp://a:1']}                              |",
        "{addresses: ['tcp://a:1'], delivery: AtLeastOnce}         |",
        "{}                              | addresses: write 1 to 16 of them, as tcp://host:port",
        "{addresses: ['tcp://a:1'], format: json} | format 'json' is not known: use three-frame or rainbond-frame",
        "{addresses: ['tcp://a:1'], bytesPerSecond: 0} |"
            + " bytesPerSecond is a quantity of bytes, at least 1",
        "{addresses: ['tcp://a:1'], curve: {}} | curve.secretRef.name is missing",
        "{addresses: ['tcp://a:1'], access: {namespaceSelector: {matchLabels: {'/': x}}}} |"
            + " access.namespaceSelector.matchLabels: '/' is not the name of a label",
      })
  void shouldSayWhatIsWrongWithAnEndpoint(String yaml, String sentence) {
    LogEndpointSpec spec = Serialization.unmarshal("---\n" + yaml, LogEndpointSpec.class);

    assertThat(EndpointRules.check(spec))
        .extracting(SpecProblem::sentence)
        .isEqualTo(sentence == null ? java.util.List.of() : java.util.List.of(sentence));
  }

  @Test
  void shouldRemarkOnWhatMeansNothing() {
    LogEndpointSpec spec =
        Serialization.unmarshal(
            "---\n{addresses: ['tcp://a:1'], delivery: AtLeastOnce, socket: PUSH, format: three-frame}",
            LogEndpointSpec.class);

    assertThat(EndpointRules.check(spec)).isEmpty();
    assertThat(EndpointRules.remarks(spec))
        .extracting(SpecProblem::sentence)
        .containsExactly(
            "format means nothing with delivery AtLeastOnce",
            "socket means nothing with delivery AtLeastOnce");
  }

  @Test
  void shouldSayWhatIsWrongWithAnAgent() {
    LogAgentSpec spec =
        Serialization.unmarshal(
            "---\n{stateDir: var/lib, podsDir: /var/../etc, heldBytes: 0}", LogAgentSpec.class);

    assertThat(AgentRules.check(spec))
        .extracting(SpecProblem::sentence)
        .containsExactly(
            "heldBytes is a quantity of bytes, at least 1",
            "podsDir: a path of the node has no .. in it",
            "stateDir, podsDir and containersDir are absolute paths of the node");
    assertThat(AgentRules.check((LogAgentSpec) null)).isEmpty();
  }
}
