// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.logroute.operator.compile.PodFacts;
import org.junit.jupiter.api.Test;

class ReductionsTest {

  @Test
  void shouldKeepOfAPodWhatDecides() {
    String yaml =
        """
        apiVersion: v1
        kind: Pod
        metadata:
          name: p
          namespace: ns
          uid: u
          labels: {app: web}
          annotations: {team: a}
          managedFields: [{manager: m}]
        spec:
          nodeName: node-1
          serviceAccountName: x
          initContainers: [{name: i}]
          ephemeralContainers: [{name: e}]
          volumes: [{name: v, emptyDir: {}}]
          containers:
          - name: c
            image: registry/web:1
            command: [sh]
            env:
            - {name: A, value: b}
            - {name: B, valueFrom: {secretKeyRef: {name: s, key: k}}}
        status: {phase: Running, podIP: 10.0.0.1}
        """;
    Pod whole = Serialization.unmarshal(yaml, Pod.class);

    Pod reduced = Reductions.pod(whole);

    assertThat(reduced).isSameAs(whole);
    assertThat(PodFacts.of(reduced))
        .isEqualTo(PodFacts.of(Serialization.unmarshal(yaml, Pod.class)));
    assertThat(reduced.getSpec().getNodeName()).isEqualTo("node-1");
    assertThat(Serialization.asJson(reduced))
        .doesNotContain("secretKeyRef", "podIP", "volumes", "managedFields", "sh\"");
  }

  @Test
  void shouldCutValuesThatAreTooLongForAnIdSoThatTheyRemainNone() {
    Pod pod =
        Serialization.unmarshal(
            "metadata: {name: p, annotations: {long: '%s'}}\nspec: {}".formatted("x".repeat(5000)),
            Pod.class);

    assertThat(Reductions.pod(pod).getMetadata().getAnnotations().get("long")).hasSize(129);
  }
}
