// SPDX-License-Identifier: Apache-2.0
package io.logroute.options;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Options of the driver {@code json-file}: {@code max-size} (1000-based, as Docker reads it),
 * {@code max-file} and {@code tag}. Docker finds a bad value when the container starts; here it is
 * found with all the others, in the words of moby {@code daemon/logger/jsonfilelog}.
 */
final class JsonFileOptions implements LogOptionValidator {

  static final String DRIVER = "json-file";
  static final String MAX_SIZE = "max-size";
  static final String MAX_FILE = "max-file";

  private final KeyedOptions keyed =
      new KeyedOptions(
          DRIVER,
          Map.of(
              MAX_SIZE,
              JsonFileOptions::maxSizeProblem,
              MAX_FILE,
              JsonFileOptions::maxFileProblem,
              TagTemplate.OPTION,
              TagTemplate::problem));

  @Override
  public List<OptionProblem> validate(Map<String, String> options, AddressFrom addressFrom) {
    return keyed.validate(options, addressFrom);
  }

  private static Optional<String> maxSizeProblem(String value) {
    OptionalLong bytes = ByteSize.decimal(value);
    if (bytes.isEmpty()) {
      return Optional.of(ByteSize.sentence(MAX_SIZE, value));
    }
    return bytes.getAsLong() > 0
        ? Optional.empty()
        : Optional.of("max-size must be a positive number");
  }

  private static Optional<String> maxFileProblem(String value) {
    try {
      return Integer.parseInt(value) >= 1
          ? Optional.empty()
          : Optional.of("max-file cannot be less than 1");
    } catch (NumberFormatException e) {
      return Optional.of(
          "error parsing option max-file: strconv.Atoi: parsing \"" + value + "\": invalid syntax");
    }
  }
}
