// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.source;

/** A routes file that there is nothing to start with. The message is a sentence for the user. */
public final class UnusableFileException extends Exception {

  private static final long serialVersionUID = 1L;

  UnusableFileException(String message) {
    super(message);
  }
}
