// SPDX-License-Identifier: Apache-2.0
package io.logroute.options;

import java.util.List;
import java.util.Map;

/**
 * What one log driver has to say about its options. Options that every driver has ({@code mode},
 * {@code max-buffer-size}) never reach it.
 */
@FunctionalInterface
public interface LogOptionValidator {

  /**
   * All that is wrong, in any order; empty when nothing is. Never throws for a value that a user
   * wrote.
   */
  List<OptionProblem> validate(Map<String, String> options, AddressFrom addressFrom);
}
