// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many log files may be open, by what the process may open. */
class OpenFileLimitTest {

  @ParameterizedTest
  @CsvSource({
    "256, 20, 128",
    "256, 40, 120",
    "256, 110, 50",
    "1024, 40, 512",
    "1048576, 200, 1048064",
    "4, 40, 8",
    "unlimited, 40, 512",
    "99999999999, 40, 2147483647"
  })
  void shouldLeaveRoomForEverythingElse(String limit, long openNow, int expected) {
    List<String> limits =
        List.of(
            "Limit                     Soft Limit           Hard Limit           Units     ",
            "Max processes             95000                95000                processes ",
            "Max open files            %-20s %-20s files     ".formatted(limit, limit));
    assertThat(OpenFileLimit.of(limits, openNow)).isEqualTo(expected);
  }

  @Test
  void shouldKnowTheLimitOfThisProcess() {
    assertThat(OpenFileLimit.ofThisProcess()).isGreaterThan(8);
  }
}
