// SPDX-License-Identifier: Apache-2.0
package io.logroute.options;

import java.math.BigInteger;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A number of bytes written as a Kubernetes quantity: {@code 1Mi}, {@code 500k}, {@code 1048576},
 * {@code 1e6}. Grammar: apimachinery {@code resource.Quantity}; fractions of a byte are rounded up
 * as there, negative amounts are none.
 *
 * <p>Without {@code BigDecimal}, whose tables would take a tenth of an agent's start.
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
    String amount = matcher.group(1);
    int point = amount.indexOf('.');
    int fractionDigits = point < 0 ? 0 : amount.length() - 1 - point;
    String suffix = matcher.group(2);
    String exponent = matcher.group(3);
    int powerOfTen = exponent != null ? Integer.parseInt(exponent) : decimal(suffix);
    BigInteger digits = new BigInteger(amount.replace(".", "")).shiftLeft(10 * binary(suffix));
    BigInteger bytes = timesPowerOfTen(digits, powerOfTen - fractionDigits);
    return bytes.bitLength() < Long.SIZE
        ? OptionalLong.of(bytes.longValue())
        : OptionalLong.empty();
  }

  private static int binary(@Nullable String suffix) {
    return suffix == null ? 0 : BINARY.getOrDefault(suffix, 0);
  }

  private static int decimal(@Nullable String suffix) {
    return suffix == null ? 0 : DECIMAL.getOrDefault(suffix, 0);
  }

  private static BigInteger timesPowerOfTen(BigInteger amount, int power) {
    BigInteger factor = BigInteger.TEN.pow(Math.abs(power));
    if (power >= 0) {
      return amount.multiply(factor);
    }
    BigInteger[] quotient = amount.divideAndRemainder(factor);
    return quotient[1].signum() == 0 ? quotient[0] : quotient[0].add(BigInteger.ONE);
  }
}
