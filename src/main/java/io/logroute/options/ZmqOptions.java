// SPDX-License-Identifier: Apache-2.0
package io.logroute.options;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Options of the driver {@code zmq}: {@code zmq-address}, {@code tag}. */
final class ZmqOptions implements LogOptionValidator {

  static final String DRIVER = "zmq";
  static final String ADDRESS = "zmq-address";

  private static final String MISSING = "must specify a value for log opt 'zmq-address'";

  private final KeyedOptions keyed =
      new KeyedOptions(
          DRIVER,
          Map.of(ADDRESS, ZmqOptions::addressProblem, TagTemplate.OPTION, TagTemplate::problem));

  @Override
  public List<OptionProblem> validate(Map<String, String> options, AddressFrom addressFrom) {
    List<OptionProblem> problems = new ArrayList<>(keyed.validate(options, addressFrom));
    if (addressFrom == AddressFrom.OPTION && !options.containsKey(ADDRESS)) {
      problems.add(new OptionProblem(ADDRESS, MISSING));
    }
    return problems;
  }

  private static Optional<String> addressProblem(String value) {
    return value.isEmpty()
        ? Optional.of(MISSING)
        : TcpAddress.problem(value).map(cause -> "error parsing option zmq-address: " + cause);
  }
}
