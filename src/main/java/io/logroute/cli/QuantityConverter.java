// SPDX-License-Identifier: Apache-2.0
package io.logroute.cli;

import io.logroute.options.ByteQuantity;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A number of bytes as Kubernetes writes quantities: {@code 1500}, {@code 64Mi}, {@code 1.5G}. */
final class QuantityConverter implements ITypeConverter<Long> {

  @Override
  public Long convert(String text) {
    return ByteQuantity.parse(text)
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "'" + text + "' is not a quantity of bytes: write it as 1500, 64Mi or 1.5G"));
  }
}
