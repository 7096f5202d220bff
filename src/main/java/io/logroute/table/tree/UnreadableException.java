// SPDX-License-Identifier: Apache-2.0
package io.logroute.table.tree;

/** Ends the reading of a text; never leaves this package. */
final class UnreadableException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final transient Documents.Failure failure;

  UnreadableException(Place place, String cause) {
    super(cause, null, false, false);
    this.failure = new Documents.Failure(place, cause);
  }

  Documents.Failure failure() {
    return failure;
  }
}
