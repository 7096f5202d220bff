// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoredNameTest {

  private static final Instant NOW = Instant.parse("2026-11-22T12:22:17Z");

  @ParameterizedTest
  @CsvSource({
    "0123456789ab,0123456789ab.log",
    "team-a/web,team-a%2Fweb.log",
    "..,%2E..log",
    ".hidden,%2Ehidden.log",
    "'',%.log",
    "%41,%2541.log",
    "a b,a%20b.log"
  })
  void shouldEscapeWhatNoFileNameShouldHave(String tag, String name) {
    assertThat(StoredName.current(tag)).hasToString(name);
  }

  @Test
  void shouldEscapeByteByByteWhenTagIsNotAscii() {
    String tag = new String("é".getBytes(UTF_8), ISO_8859_1);

    assertThat(StoredName.current(tag)).hasToString("%C3%A9.log");
  }

  @Test
  void shouldStayWithin255BytesAndTellLongTagsApart() {
    StoredName one = StoredName.current("/".repeat(511) + "a");
    StoredName other = StoredName.current("/".repeat(511) + "b");

    StoredName longest =
        new StoredName(one.base(), "20261122-122217", 999_999_999, StoredName.Form.UNFINISHED);
    assertThat(longest.toString().length()).isLessThanOrEqualTo(255);
    assertThat(one).isNotEqualTo(other);
  }

  @Test
  void shouldGiveEveryTagItsOwnFile() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Set<String> tags = new HashSet<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(4)];
      random.nextBytes(bytes);
      String tag = new String(bytes, ISO_8859_1);
      tags.add(tag);
      String name = StoredName.current(tag).toString();
      names.add(name);
      assertThat(name)
          .as("seed %d", seed)
          .matches("[A-Za-z0-9._@+=,%-]+\\.log")
          .doesNotStartWith(".");
    }
    assertThat(names).as("seed %d", seed).hasSameSizeAs(tags);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a.log",
        "a.log.20261122-122217",
        "a.log.20261122-122217.3",
        "a.log.20261122-122217.gz",
        "a.log.20261122-122217.3.gz",
        "a.log.20261122-122217.gz.tmp",
        "a.log.20261122-122217.log",
        "a.log.log.20261122-122217.1"
      })
  void shouldUnderstandItsOwnNames(String name) {
    assertThat(StoredName.parse(Path.of("/data/t/s", name)))
        .hasValueSatisfying(parsed -> assertThat(parsed).hasToString(name));
  }

  @Test
  void shouldTakeTagThatLooksRolledForATag() {
    StoredName name = StoredName.parse(Path.of("a.log.20261122-122217.log")).orElseThrow();

    assertThat(name.isCurrent()).isTrue();
    assertThat(name.base()).isEqualTo("a.log.20261122-122217.log");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "a.log.gz", "a.log.1", "a.log.20261122", "a.log.20261122-122217.x"})
  void shouldLeaveForeignFilesAlone(String name) {
    assertThat(StoredName.parse(Path.of(name))).isEmpty();
  }

  @Test
  void shouldRollToALaterNameWhenTheSecondIsTaken() {
    StoredName current = StoredName.current("a");
    StoredName first = current.rolled(NOW, List.of());
    StoredName second = current.rolled(NOW, List.of(current, first.in(StoredName.Form.COMPRESSED)));
    StoredName third = current.rolled(NOW, List.of(first, second));

    assertThat(List.of(first, second, third))
        .extracting(StoredName::toString)
        .containsExactly(
            "a.log.20261122-122217", "a.log.20261122-122217.1", "a.log.20261122-122217.2");
  }

  @Test
  void shouldRollToALaterNameWhenTheClockWasSetBack() {
    StoredName current = StoredName.current("a");
    StoredName before = current.rolled(NOW, List.of());

    StoredName after = current.rolled(NOW.minusSeconds(3600), List.of(before));

    assertThat(StoredName.BY_AGE.compare(before, after)).isNegative();
    assertThat(StoredName.BY_AGE.compare(after, current)).isNegative();
  }
}
