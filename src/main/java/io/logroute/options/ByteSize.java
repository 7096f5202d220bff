// SPDX-License-Identifier: Apache-2.0
package io.logroute.options;

import java.math.BigDecimal;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sizes as Docker writes them: {@code 4m}, {@code 1.5 GiB}, {@code 100kb}, {@code 512}. The grammar
 * is that of {@code docker/go-units}; there {@code RAMInBytes} counts by 1024, {@code
 * FromHumanSize} by 1000, whatever the {@code i} in the text says.
 */
final class ByteSize {

  private static final Pattern SIZE =
      Pattern.compile("([0-9]{1,30}(?:\\.[0-9]{1,30})?) ?([kKmMgGtTpP]?)[iI]?[bB]?");
  private static final String UNITS = "kmgtp";

  private ByteSize() {}

  /** {@code units.RAMInBytes}: 1024-based. Empty: not a size, or more than a long holds. */
  static OptionalLong binary(String text) {
    return parse(text, 1024);
  }

  /** {@code units.FromHumanSize}: 1000-based. Empty: not a size, or more than a long holds. */
  static OptionalLong decimal(String text) {
    return parse(text, 1000);
  }

  /** What to say when a text is not a size. */
  static String sentence(String key, String value) {
    return "error parsing option " + key + ": invalid size: '" + value + "'";
  }

  private static OptionalLong parse(String text, int base) {
    Matcher matcher = SIZE.matcher(text);
    if (!matcher.matches()) {
      return OptionalLong.empty();
    }
    int power = matcher.group(2).isEmpty() ? 0 : 1 + UNITS.indexOf(lower(matcher.group(2)));
    BigDecimal bytes =
        new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(base).pow(power));
    return bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0
        ? OptionalLong.empty()
        : OptionalLong.of(bytes.longValue());
  }

  private static char lower(String unit) {
    return Character.toLowerCase(unit.charAt(0));
  }
}
