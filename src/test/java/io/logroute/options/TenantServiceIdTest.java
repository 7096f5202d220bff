// SPDX-License-Identifier: Apache-2.0
package io.logroute.options;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TenantServiceIdTest {

  @ParameterizedTest
  @ValueSource(strings = {"default", "a", "A.b_C-9", "...", "-", ".a", "9"})
  void shouldAcceptWhenTheIdFollowsTheRule(String id) {
    assertThat(TenantServiceId.isValid(id)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a/b", "a b", "a\n", "é", "a:b", "\u0000"})
  void shouldRefuseWhenTheIdBreaksTheRule(String id) {
    assertThat(TenantServiceId.isValid(id)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {128, 129})
  void shouldBoundTheLength(int chars) {
    assertThat(TenantServiceId.isValid("x".repeat(chars))).isEqualTo(chars <= 128);
  }
}
