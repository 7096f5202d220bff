// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.logroute.api.v1alpha1.LogRoute;
import io.logroute.options.LogOptionValidators;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PodEntriesTest {

  private static final NamespaceFacts NAMESPACE = new NamespaceFacts("ns", Map.of(), Map.of());

  private final PodEntries entries = new PodEntries();
  private final PodFacts pod = pod("web-1");
  private final List<RouteVerdict> routes = List.of(verdict("web"));

  @Test
  void shouldTakeAnEntryAgainWhileNothingChanges() {
    PodEntry first = entries.of("node", pod, NAMESPACE, routes);

    assertThat(entries.of("node", pod, NAMESPACE, List.copyOf(routes))).isSameAs(first);
    assertThat(first.taken()).isEqualTo(routes);
  }

  @Test
  void shouldCompileAnewWhenAnythingChanges() {
    PodEntry first = entries.of("node", pod, NAMESPACE, routes);
    NamespaceFacts changed = new NamespaceFacts("ns", Map.of("a", "b"), Map.of());

    assertThat(entries.of("node", pod("web-1"), NAMESPACE, routes)).isNotSameAs(first);
    assertThat(entries.of("node", pod, changed, routes)).isNotSameAs(first);
    assertThat(entries.of("node", pod, NAMESPACE, List.of())).isNotSameAs(first);
    PodEntry withOther = entries.of("node", pod, NAMESPACE, List.of(verdict("other")));
    assertThat(withOther.selecting()).containsExactly("ns/other");
  }

  @Test
  void shouldForgetPodsThatAreNotOnTheNodeAnyMore() {
    PodEntry first = entries.of("node", pod, NAMESPACE, routes);
    PodEntry elsewhere = entries.of("other", pod, NAMESPACE, routes);

    entries.keepOnly("node", List.of());
    entries.forget("other");

    assertThat(entries.of("node", pod, NAMESPACE, routes)).isNotSameAs(first);
    assertThat(entries.of("other", pod, NAMESPACE, routes)).isNotSameAs(elsewhere);
  }

  private static PodFacts pod(String name) {
    return PodFacts.of(
        Serialization.unmarshal(
            """
            metadata: {name: %1$s, namespace: ns, uid: uid-%1$s}
            spec: {containers: [{name: app}]}
            """
                .formatted(name),
            Pod.class));
  }

  private static RouteVerdict verdict(String name) {
    LogRoute route =
        Serialization.unmarshal(
            """
            metadata: {name: %s, namespace: ns, generation: 1}
            spec: {driver: none}
            """
                .formatted(name),
            LogRoute.class);
    return new RouteJudge(new RouteRules(LogOptionValidators.builtIn()), true)
        .judge(RouteFacts.of(route), endpoint -> Optional.empty(), NAMESPACE);
  }
}
