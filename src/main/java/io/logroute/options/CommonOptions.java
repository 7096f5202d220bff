// SPDX-License-Identifier: Apache-2.0
package io.logroute.options;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The options of every driver but {@code none}: {@code mode} and {@code max-buffer-size}. */
final class CommonOptions {

  static final String MODE = "mode";
  static final String MAX_BUFFER_SIZE = "max-buffer-size";

  private CommonOptions() {}

  static List<OptionProblem> validate(Map<String, String> options) {
    List<OptionProblem> problems = new ArrayList<>();
    String mode = options.getOrDefault(MODE, "");
    if (DeliveryMode.of(mode).isEmpty()) {
      problems.add(new OptionProblem(MODE, "logger: logging mode not supported: " + mode));
    }
    String size = options.get(MAX_BUFFER_SIZE);
    if (size == null) {
      return problems;
    }
    if (!mode.equals(DeliveryMode.NON_BLOCKING.text())) {
      problems.add(
          new OptionProblem(
              MAX_BUFFER_SIZE,
              "logger: max-buffer-size option is only supported with 'mode=non-blocking'"));
    }
    if (ByteSize.binary(size).isEmpty()) {
      problems.add(new OptionProblem(MAX_BUFFER_SIZE, ByteSize.sentence(MAX_BUFFER_SIZE, size)));
    }
    return problems;
  }

  /** What is left for the driver's own validator. */
  static Map<String, String> without(Map<String, String> options) {
    Map<String, String> own = new HashMap<>(options);
    own.remove(MODE);
    own.remove(MAX_BUFFER_SIZE);
    return own;
  }
}
