// SPDX-License-Identifier: Apache-2.0
package io.logroute.options;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A number of bytes written as a Kubernetes quantity: {@code 1Mi}, {@code 500k}, {@code 1048576},
 * {@code 1e6}. Grammar: apimachinery {@code resource.Quantity}; fractions of a byte are rounded up
 * as there, negative amounts are none.
 */
public final class ByteQuantity {

  private static final Pattern QUANTITY =
      Pattern.compile(
          "\\+?([0-9]{1,30}(?:\\.[0-9]{0,30})?|\\.[0-9]{1,30})"
              + "(?:(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E)|[eE]([+-]?[0-9]{1,2}))?");

  private static final Map<String, Integer> BINARY =
      Map.of("Ki", 1, "Mi", 2, "Gi", 3, "Ti", 4, "Pi", 5, "Ei", 6);
  private static final Map<String, Integer> DECIMAL =
      Map.of("n", -9, "u", -6, "m", -3, "k", 3, "M", 6, "G", 9, "T", 12, "P", 15, "E", 18);

  private ByteQuantity() {}

  /** The bytes; empty when the text is no quantity or more than a long holds. */
  public static OptionalLong parse(String text) {
    Matcher matcher = QUANTITY.matcher(text);
    if (!matcher.matches()) {
      return OptionalLong.empty();
    }
    BigDecimal bytes =
        scale(new BigDecimal(matcher.group(1)), matcher.group(2), matcher.group(3))
            .setScale(0, RoundingMode.CEILING);
    return bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0
        ? OptionalLong.empty()
        : OptionalLong.of(bytes.longValue());
  }

  private static BigDecimal scale(
      BigDecimal amount, @Nullable String suffix, @Nullable String exponent) {
    if (exponent != null) {
      return amount.scaleByPowerOfTen(Integer.parseInt(exponent));
    }
    Integer binary = suffix == null ? null : BINARY.get(suffix);
    return binary == null
        ? amount.scaleByPowerOfTen(suffix == null ? 0 : DECIMAL.getOrDefault(suffix, 0))
        : amount.multiply(BigDecimal.valueOf(1024).pow(binary));
  }
}
