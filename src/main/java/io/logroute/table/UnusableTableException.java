// SPDX-License-Identifier: Apache-2.0
package io.logroute.table;

import io.logroute.table.tree.Place;

/** Ends the reading of a table; never leaves this package. */
final class UnusableTableException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final String sentence;

  UnusableTableException(Place place, String path, String cause) {
    super(cause, null, false, false);
    this.sentence = place.prefix() + (path.isEmpty() ? "" : path + ": ") + cause;
  }

  String sentence() {
    return sentence;
  }
}
