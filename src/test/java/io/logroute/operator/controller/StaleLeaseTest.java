// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import org.junit.jupiter.api.Test;

class StaleLeaseTest {

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final StaleLease stale = new StaleLease(Duration.ofSeconds(20));

  @Test
  void shouldCallALeaseStaleThatDoesNotChangeWhateverItsStampSays() {
    assertThat(stale.look(lease("1", "a"), START)).isFalse();
    assertThat(stale.look(lease("1", "a"), START.plusSeconds(20))).isFalse();
    assertThat(stale.look(lease("1", "a"), START.plusSeconds(21))).isTrue();
  }

  @Test
  void shouldBeginAnewWithEachRenewal() {
    for (int second = 0; second < 300; second += 5) {
      assertThat(stale.look(lease("v" + second / 10, "a"), START.plusSeconds(second))).isFalse();
    }
  }

  @Test
  void shouldLeaveAloneALeaseThatIsNotThereOrHeldByNobody() {
    assertThat(stale.look(null, START)).isFalse();
    assertThat(stale.look(null, START.plusSeconds(100))).isFalse();
    assertThat(stale.look(lease("1", ""), START.plusSeconds(100))).isFalse();
    assertThat(stale.look(lease("1", ""), START.plusSeconds(200))).isFalse();
    assertThat(stale.look(new LeaseBuilder().withNewMetadata().endMetadata().build(), START))
        .isFalse();
  }

  private static Lease lease(String version, String holder) {
    return new LeaseBuilder()
        .withNewMetadata()
        .withName("logroute-operator")
        .withResourceVersion(version)
        .endMetadata()
        .withNewSpec()
        .withHolderIdentity(holder)
        .withRenewTime(ZonedDateTime.ofInstant(START.plusSeconds(3600), ZoneOffset.UTC))
        .endSpec()
        .build();
  }
}
