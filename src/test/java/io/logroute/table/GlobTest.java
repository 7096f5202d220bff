// SPDX-License-Identifier: Apache-2.0
package io.logroute.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {

  @ParameterizedTest
  @CsvSource({
    "*,'',true",
    "*,web,true",
    "web,web,true",
    "web,web-1,false",
    "web-*,web-1,true",
    "web-?,web-12,false",
    "w?b,wéb,true",
    "?,😀,true",
    "*-x,a-x-x,true",
    "Web,web,false",
    "a.c,abc,false",
    "'','',true",
    "'',a,false",
    "[a],[a],true",
    "**a,bba,true",
    "a*b*c,axbyc,true"
  })
  void shouldMatchTheWholeNameMindingCase(String glob, String name, boolean matches) {
    assertThat(Glob.of(glob).matches(name)).isEqualTo(matches);
  }

  @Test
  void shouldAgreeWithTheRegularExpressionOfTheSameMeaning() {
    long seed = System.nanoTime();
    System.out.println("GlobTest seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 50_000; i++) {
      String glob = text(random, "ab*?");
      String name = text(random, "ab");
      Pattern regex = Pattern.compile(glob.replace("*", ".*").replace('?', '.'));
      assertThat(Glob.of(glob).matches(name)).as(glob).isEqualTo(regex.matcher(name).matches());
    }
  }

  @Test
  void shouldAnswerQuicklyWhenThePatternIsHostile() {
    assertThat(Glob.of("*a".repeat(1000) + "b").matches("a".repeat(4000))).isFalse();
  }

  @Test
  void shouldTellNamesFromPatterns() {
    assertThat(Glob.of("web-1").isPattern()).isFalse();
    assertThat(Glob.of("web-?").isPattern()).isTrue();
    assertThat(Glob.of("web-*")).hasToString("web-*");
  }

  private static String text(Random random, String alphabet) {
    StringBuilder text = new StringBuilder();
    for (int n = random.nextInt(8); n > 0; n--) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return text.toString();
  }
}
