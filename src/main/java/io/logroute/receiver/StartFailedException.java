// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver;

/** The receiver cannot start as it is set up; the message says why in one sentence. */
public final class StartFailedException extends Exception {
  StartFailedException(String message) {
    super(message);
  }
}
