// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of apimachinery: what each operator makes of a label that is there, or is not. */
class LabelSelectorsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                                                 | true",
        "{matchLabels: {app: web}}                                          | true",
        "{matchLabels: {app: db}}                                           | false",
        "{matchLabels: {app: web, tier: front}}                             | false",
        "{matchExpressions: [{key: app, operator: In, values: [db, web]}]}  | true",
        "{matchExpressions: [{key: app, operator: In, values: [db]}]}       | false",
        "{matchExpressions: [{key: no, operator: In, values: [db]}]}        | false",
        "{matchExpressions: [{key: app, operator: NotIn, values: [db]}]}    | true",
        "{matchExpressions: [{key: app, operator: NotIn, values: [web]}]}   | false",
        "{matchExpressions: [{key: no, operator: NotIn, values: [web]}]}    | true",
        "{matchExpressions: [{key: app, operator: Exists}]}                 | true",
        "{matchExpressions: [{key: no, operator: Exists}]}                  | false",
        "{matchExpressions: [{key: app, operator: DoesNotExist}]}           | false",
        "{matchExpressions: [{key: no, operator: DoesNotExist}]}            | true",
        "{matchLabels: {app: web}, matchExpressions: [{key: no, operator: Exists}]} | false",
      })
  void shouldMatchAsKubernetesDoes(String yaml, boolean expected) {
    LabelSelector selector = Serialization.unmarshal("---\n" + yaml, LabelSelector.class);

    assertThat(LabelSelectors.problems("selector", selector)).isEmpty();
    assertThat(LabelSelectors.matches(selector, Map.of("app", "web"))).isEqualTo(expected);
  }
}
