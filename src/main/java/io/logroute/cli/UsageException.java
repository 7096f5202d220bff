// SPDX-License-Identifier: Apache-2.0
package io.logroute.cli;

/**
 * A mistake of whoever called the program: a file that is not there, a port in use, an address that
 * is none. Its message is the one line that the user sees; the exit code is 2.
 */
public final class UsageException extends RuntimeException {
  public UsageException(String message) {
    super(message);
  }
}
