// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.intake;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.logroute.receiver.sink.TaggedStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ThreeFramesTest {

  private final ThreeFrames frames = new ThreeFrames();

  @Test
  void shouldFindTagAndLineWhenMessageIsSound() {
    assertThat(check("t1", "s1", "0123456789ab: hello: world")).isNull();
    assertThat(frames.stream()).isEqualTo(new TaggedStream("t1", "s1", "0123456789ab"));
    assertThat(frames.lineOffset()).isEqualTo("0123456789ab: ".length());
  }

  @Test
  void shouldTakeEmptyLineAndEmptyTag() {
    assertThat(check("t", "s", "tag: ")).isNull();
    assertThat(check("t", "s", ": line")).isNull();
    assertThat(frames.stream().tag()).isEmpty();
    assertThat(frames.lineOffset()).isEqualTo(2);
  }

  @Test
  void shouldNotMixUpStreamsThatShareBytes() {
    assertThat(check("a", "bc", "d: x")).isNull();
    TaggedStream first = frames.stream();
    assertThat(check("ab", "c", "d: x")).isNull();
    assertThat(frames.stream()).isNotEqualTo(first);
    assertThat(check("a", "bc", "d: x")).isNull();
    assertThat(frames.stream()).isEqualTo(first);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 4, 1000})
  void shouldRefuseWhenThereAreNotThreeFrames(int count) {
    assertThat(frames.check(bytes("t", "s", "tag: x"), count)).isEqualTo(Refusal.FRAMES);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ".", "..", "a/b", "../../etc", "a b", "a\0", "é", "t:1", "a\n", "%41"})
  void shouldRefuseWhenAnIdIsNone(String id) {
    assertThat(check(id, "s", "tag: x")).isEqualTo(Refusal.TENANT_ID);
    assertThat(check("t", id, "tag: x")).isEqualTo(Refusal.SERVICE_ID);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "...", ".a", "-", "_", "A.b_c-9"})
  void shouldTakeEveryIdOfTheContract(String id) {
    assertThat(check(id, id, "tag: x")).isNull();
  }

  @ParameterizedTest
  @CsvSource({"128,true", "129,false"})
  void shouldBoundTheLengthOfIds(int length, boolean taken) {
    assertThat(check("a".repeat(length), "s", "tag: x") == null).isEqualTo(taken);
  }

  @ParameterizedTest
  @CsvSource({"512,true", "513,false"})
  void shouldBoundTheLengthOfTags(int length, boolean taken) {
    assertThat(check("t", "s", "a".repeat(length) + ": x") == null).isEqualTo(taken);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ":", " ", "no tag here", "almost:", "a :b"})
  void shouldRefuseWhenThereIsNoTag(String text) {
    assertThat(check("t", "s", text)).isEqualTo(Refusal.TAG);
  }

  private @Nullable Refusal check(String tenant, String service, String text) {
    return frames.check(bytes(tenant, service, text), 3);
  }

  private static byte[][] bytes(String... parts) {
    byte[][] bytes = new byte[parts.length][];
    for (int i = 0; i < parts.length; i++) {
      bytes[i] = parts[i].getBytes(ISO_8859_1);
    }
    return bytes;
  }
}
