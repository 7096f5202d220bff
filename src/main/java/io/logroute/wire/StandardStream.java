// SPDX-License-Identifier: Apache-2.0
package io.logroute.wire;

import org.jspecify.annotations.Nullable;

/** Which of a container's two streams a line was written to. */
public enum StandardStream {
  STDOUT(1),
  STDERR(2);

  private final byte code;

  StandardStream(int code) {
    this.code = (byte) code;
  }

  public byte code() {
    return code;
  }

  /** As it stands in a CRI file. */
  public String text() {
    return this == STDOUT ? "stdout" : "stderr";
  }

  /** The stream with a code; null when there is none. */
  public static @Nullable StandardStream of(int code) {
    return switch (code) {
      case 1 -> STDOUT;
      case 2 -> STDERR;
      default -> null;
    };
  }
}
