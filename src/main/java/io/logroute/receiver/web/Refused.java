// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.web;

/** A request that is not answered as it was meant; the message is what its sender is told. */
final class Refused extends Exception {

  private static final long serialVersionUID = 1;

  private final int status;

  Refused(int status, String sentence) {
    super(sentence, null, false, false);
    this.status = status;
  }

  int status() {
    return status;
  }

  String sentence() {
    return String.valueOf(getMessage());
  }
}
