// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.logroute.operator.compile.PodFacts;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DepartedPodsTest {

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final DepartedPods departed = new DepartedPods(() -> now);

  @Test
  void shouldKeepADeletedPodForTenMinutes() {
    departed.add("node-1", pod("a"));
    now = now.plus(Duration.ofMinutes(4));
    departed.add("node-1", pod("b"));

    assertThat(departed.of("node-1"))
        .extracting(PodFacts::name)
        .containsExactlyInAnyOrder("a", "b");
    assertThat(departed.untilNext("node-1")).contains(Duration.ofMinutes(6));

    now = now.plus(Duration.ofMinutes(6));

    assertThat(departed.of("node-1")).extracting(PodFacts::name).containsExactly("b");
  }

  @Test
  void shouldLetThoseOfAMinuteLeaveTogetherAndNoneEarlier() {
    now = now.plusSeconds(10);
    departed.add("node-1", pod("a"));
    now = now.plusSeconds(30);
    departed.add("node-1", pod("b"));

    now = Instant.parse("2026-01-01T00:10:59Z");
    assertThat(departed.of("node-1")).hasSize(2);
    assertThat(departed.untilNext("node-1")).contains(Duration.ofSeconds(1));

    now = now.plusSeconds(5);
    assertThat(departed.untilNext("node-1")).as("never negative").contains(Duration.ZERO);
    assertThat(departed.of("node-1")).isEmpty();
  }

  @Test
  void shouldForgetAPodThatIsBackAndANodeThatIsGone() {
    departed.add("node-1", pod("a"));
    departed.add("node-2", pod("b"));

    departed.remove("node-1", "uid-a");
    departed.forget("node-2");

    assertThat(departed.of("node-1")).isEmpty();
    assertThat(departed.of("node-2")).isEmpty();
    assertThat(departed.untilNext("node-1")).isEmpty();
  }

  private static PodFacts pod(String name) {
    return new PodFacts("ns", name, "uid-" + name, Map.of(), Map.of(), List.of());
  }
}
