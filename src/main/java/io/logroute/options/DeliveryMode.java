// SPDX-License-Identifier: Apache-2.0
package io.logroute.options;

import java.util.Optional;

/** What happens when the endpoint does not take lines: option {@code mode}. */
public enum DeliveryMode {
  /** Reading stops, the files are the buffer. */
  BLOCKING("blocking"),
  /** What is over {@code max-buffer-size} is dropped, newest first, and counted. */
  NON_BLOCKING("non-blocking");

  private final String text;

  DeliveryMode(String text) {
    this.text = text;
  }

  /** As it is written in an option. */
  public String text() {
    return text;
  }

  /** The mode of that name; an empty text is the default as in Docker; empty when there is none. */
  static Optional<DeliveryMode> of(String text) {
    return switch (text) {
      case "", "blocking" -> Optional.of(BLOCKING);
      case "non-blocking" -> Optional.of(NON_BLOCKING);
      default -> Optional.empty();
    };
  }
}
