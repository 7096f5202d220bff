// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

/** The data folder cannot be used; the message says why in one sentence. */
public final class StoreException extends Exception {
  StoreException(String message) {
    super(message);
  }
}
