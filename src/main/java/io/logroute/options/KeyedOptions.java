// SPDX-License-Identifier: Apache-2.0
package io.logroute.options;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The common shape of a driver's validator: the keys it knows, each with a check of its value. */
final class KeyedOptions implements LogOptionValidator {

  /** What is wrong with a value, as a sentence; empty when nothing is. */
  @FunctionalInterface
  interface Check {
    Optional<String> problem(String value);
  }

  private final String driver;
  private final Map<String, Check> checks;

  KeyedOptions(String driver, Map<String, Check> checks) {
    this.driver = driver;
    this.checks = Map.copyOf(checks);
  }

  @Override
  public List<OptionProblem> validate(Map<String, String> options, AddressFrom addressFrom) {
    return options.entrySet().stream()
        .flatMap(
            option ->
                problem(option.getKey(), option.getValue())
                    .map(sentence -> new OptionProblem(option.getKey(), sentence))
                    .stream())
        .toList();
  }

  private Optional<String> problem(String key, String value) {
    Check check = checks.get(key);
    return check == null
        ? Optional.of("unknown log opt '" + key + "' for " + driver + " log driver")
        : check.problem(value);
  }
}
