// SPDX-License-Identifier: Apache-2.0
package io.logroute.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamIdentityTest {

  @Test
  void shouldFindNothingWrongWithWhatAKubeletAndARouteMake() {
    assertThat(identity("", "t1", "team-a", 0).problem()).isNull();
    assertThat(identity("5f1e", "T.1_x", "team-a", 3).problem()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a/b", "../x", "a b", "a\u0000", "é", "a:b"})
  void shouldRefuseATenantThatIsNoPathSegment(String tenant) {
    assertThat(identity("", tenant, "team-a", 0).problem())
        .isEqualTo("tenant must be 1 to 128 of A-Z a-z 0-9 . _ -, not . or ..");
  }

  @Test
  void shouldRefuseOtherPartsThatCannotBe() {
    assertThat(identity("", "t".repeat(129), "a", 0).problem()).startsWith("tenant ");
    assertThat(identity("a/b", "t", "a", 0).problem()).startsWith("cluster ");
    assertThat(identity("", "t", "..", 0).problem()).startsWith("namespace ");
    assertThat(identity("", "t", "a", -1).problem()).isEqualTo("restart is negative");
  }

  private static StreamIdentity identity(
      String cluster, String tenant, String namespace, int restart) {
    return new StreamIdentity(
        cluster,
        "node-1",
        tenant,
        "s1",
        "team-a/web",
        namespace,
        "web-0",
        "0c6c8d3e",
        "app",
        restart,
        StandardStream.STDOUT,
        1);
  }
}
