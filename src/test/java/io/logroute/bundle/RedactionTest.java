// SPDX-License-Identifier: Apache-2.0
package io.logroute.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Authorization: Bearer abc.def-1= x | Authorization: Bearer REDACTED x",
        "https://u:p4ss@host/a | https://REDACTED@host/a",
        "--kafka-password=hunter2 --x | --kafka-password=REDACTED --x",
        "sasl.jaas password=\"hunter2\"; | sasl.jaas password=\"REDACTED\";",
        "token: 3f1c9f0e8b5a4d27a6 | token: REDACTED",
      })
  void shouldHideWhatLooksLikeASecretInATextAlone(String text, String hidden) {
    assertThat(Redaction.text(text)).isEqualTo(hidden);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "logroute_agent_sent_lines_total{route=\"team-a/web\",endpoint=\"central\"} 17.0",
        "2026-11-22T22:37:20.169Z INFO Leadership - Lease logroute-system/logroute-operator: held",
        "tcp://logroute-receiver.logroute-receiver.svc:5557",
        "--tokens=/etc/tokens",
      })
  void shouldLeaveOtherTextAsItIs(String text) {
    assertThat(Redaction.text(text)).isEqualTo(text);
  }

  @Test
  void shouldHideValuesByTheirNameAndWhatRepeatsThem() throws JsonProcessingException {
    JsonNode pod =
        new ObjectMapper()
            .readTree(
                """
                {"metadata": {"name": "p", "managedFields": [{"manager": "m"}],
                   "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{hunter2}", "other": "kept"}},
                 "spec": {"containers": [{"args": ["agent", "--db-password=hunter2"],
                   "env": [{"name": "DB_PASSWORD", "value": "hunter2"}, {"name": "LEVEL", "value": "info"},
                           {"name": "REF", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]}]}}
                """);

    String hidden = Redaction.object(pod).toString();

    assertThat(hidden)
        .doesNotContain("hunter2", "managedFields", "last-applied")
        .contains("\"other\":\"kept\"", "\"value\":\"info\"", "secretKeyRef", "\"agent\"")
        .contains("--db-password=REDACTED");
  }
}
