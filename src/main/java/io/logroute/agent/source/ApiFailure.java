// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.source;

import java.io.IOException;

/**
 * The API server answered, but not what was asked for.
 *
 * <p>The message is a sentence for the log.
 */
final class ApiFailure extends IOException {

  private static final long serialVersionUID = 1L;

  private final int status;
  private final long retryAfterMs;

  ApiFailure(int status, long retryAfterMs, String message) {
    super(message);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }

  /** The HTTP status, or the code of an ERROR event. */
  int status() {
    return status;
  }

  /** The version that a watch started from is no longer kept. */
  boolean isGone() {
    return status == 410;
  }

  /** Too many requests, or a server that is starting. */
  boolean isBusy() {
    return status == 429;
  }

  /** What the server wants us to wait, at most a minute; 0 when it said nothing. */
  long retryAfterMs() {
    return retryAfterMs;
  }
}
