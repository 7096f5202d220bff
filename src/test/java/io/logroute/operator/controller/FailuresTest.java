// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.logroute.api.v1alpha1.LogRoute;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FailuresTest {

  @Test
  void shouldNotTryAgainWhenTheObjectItselfIsGone() {
    assertThat(Failures.tell(route(), answer(404, "logroutes", "web")).isNoRetry()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("otherFaults")
  void shouldTryAgainAfterAnyOtherFault(Exception fault) {
    assertThat(Failures.tell(route(), fault).isNoRetry()).isFalse();
  }

  static Stream<Exception> otherFaults() {
    return Stream.of(
        answer(404, "logroutes", "another"),
        answer(404, "namespaces", "web"),
        new KubernetesClientException("on purpose", 404, new StatusBuilder().build()),
        new KubernetesClientException("404 page not found", 404, null),
        answer(403, "logroutes", "web"),
        answer(409, "logroutes", "web"),
        new KubernetesClientException("nothing answers there"),
        new IllegalStateException("on purpose"));
  }

  @Test
  void shouldTryAgainForANodeWhoseTableHasNoDefinition() {
    Node node = new NodeBuilder().withNewMetadata().withName("node-1").endMetadata().build();

    assertThat(Failures.tell(node, answer(404, "noderoutetables", "node-1")).isNoRetry()).isFalse();
    assertThat(Failures.tell(node, answer(404, "nodes", "node-1")).isNoRetry()).isTrue();
  }

  private static LogRoute route() {
    LogRoute route = new LogRoute();
    route.setMetadata(new ObjectMetaBuilder().withName("web").withNamespace("team-a").build());
    return route;
  }

  private static KubernetesClientException answer(int code, String kind, String name) {
    return new KubernetesClientException(
        "on purpose",
        code,
        new StatusBuilder()
            .withCode(code)
            .withNewDetails()
            .withKind(kind)
            .withName(name)
            .endDetails()
            .build());
  }
}
