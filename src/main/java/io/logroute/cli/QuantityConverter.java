// SPDX-License-Identifier: Apache-2.0
package io.logroute.cli;

import java.math.BigDecimal;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A number of bytes as Kubernetes writes quantities: {@code 1500}, {@code 64Mi}, {@code 1.5G}. */
final class QuantityConverter implements ITypeConverter<Long> {

  private static final Pattern FORM =
      Pattern.compile("([0-9]{1,18}(?:\\.[0-9]{1,9})?)(k|M|G|T|Ki|Mi|Gi|Ti)?");

  private static final Map<String, Long> UNITS =
      Map.of(
          "k",
          1_000L,
          "M",
          1_000_000L,
          "G",
          1_000_000_000L,
          "T",
          1_000_000_000_000L,
          "Ki",
          1L << 10,
          "Mi",
          1L << 20,
          "Gi",
          1L << 30,
          "Ti",
          1L << 40);

  @Override
  public Long convert(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw notAQuantity(text);
    }
    long unit = form.group(2) == null ? 1 : UNITS.getOrDefault(form.group(2), 1L);
    BigDecimal bytes = new BigDecimal(form.group(1)).multiply(BigDecimal.valueOf(unit));
    if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      throw notAQuantity(text);
    }
    return bytes.longValue();
  }

  private static TypeConversionException notAQuantity(String text) {
    return new TypeConversionException(
        "'" + text + "' is not a quantity of bytes: write it as 1500, 64Mi or 1.5G");
  }
}
