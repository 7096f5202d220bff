// SPDX-License-Identifier: Apache-2.0
package io.logroute.demo;

/** The folder that the demo is to work in is none; the message says why in one sentence. */
public final class UnusableFolderException extends Exception {
  UnusableFolderException(String message) {
    super(message);
  }
}
