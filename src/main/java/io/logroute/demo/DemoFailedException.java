// SPDX-License-Identifier: Apache-2.0
package io.logroute.demo;

/** The demo cannot be shown on this machine; the message says why in one sentence. */
public final class DemoFailedException extends Exception {
  DemoFailedException(String message) {
    super(message);
  }
}
