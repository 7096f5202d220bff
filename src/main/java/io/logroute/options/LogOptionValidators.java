// SPDX-License-Identifier: Apache-2.0
package io.logroute.options;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The validators of log options by driver name, as in Docker (moby {@code
 * daemon/logger/factory.go}, {@code ValidateLogOpts}), with two differences: every problem is
 * found, not the first one that a random map order meets, and the result is sorted.
 *
 * <p>Register first, then share: validation reads only and is safe on any thread once no more
 * drivers are registered.
 */
public final class LogOptionValidators {

  /** The driver that forwards nothing. As in Docker it takes any option, even a senseless one. */
  public static final String NONE = "none";

  private final Map<String, LogOptionValidator> byDriver = new HashMap<>();

  /** The drivers that LogRoute brings: {@code zmq}, {@code json-file}, {@code none}. */
  public static LogOptionValidators builtIn() {
    return new LogOptionValidators()
        .register(NONE, (options, addressFrom) -> List.of())
        .register(ZmqOptions.DRIVER, new ZmqOptions())
        .register(JsonFileOptions.DRIVER, new JsonFileOptions());
  }

  /**
   * Adds a driver.
   *
   * @throws IllegalStateException with Docker's sentence when the name is taken
   */
  public LogOptionValidators register(String driver, LogOptionValidator validator) {
    if (byDriver.putIfAbsent(driver, validator) != null) {
      throw new IllegalStateException(
          "logger: log validator named '" + driver + "' is already registered");
    }
    return this;
  }

  /** The names of the registered drivers, sorted. */
  public Set<String> drivers() {
    return new TreeSet<>(byDriver.keySet());
  }

  /** All that is wrong with a route's driver and options, sorted by key; empty when nothing is. */
  public List<OptionProblem> validate(
      String driver, Map<String, String> options, AddressFrom addressFrom) {
    if (driver.equals(NONE)) {
      return List.of();
    }
    List<OptionProblem> problems = new ArrayList<>(CommonOptions.validate(options));
    LogOptionValidator validator = byDriver.get(driver);
    if (validator == null) {
      problems.add(
          new OptionProblem(
              OptionProblem.DRIVER, "logger: no log driver named '" + driver + "' is registered"));
    } else {
      problems.addAll(validator.validate(CommonOptions.without(options), addressFrom));
    }
    problems.sort(Comparator.comparing(OptionProblem::key));
    return List.copyOf(problems);
  }
}
