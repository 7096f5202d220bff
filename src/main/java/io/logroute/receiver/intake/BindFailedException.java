// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.intake;

/** An address cannot be bound; the message says which and why in one sentence. */
public final class BindFailedException extends Exception {
  BindFailedException(String message) {
    super(message);
  }
}
