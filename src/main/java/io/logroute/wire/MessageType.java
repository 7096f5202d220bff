// SPDX-License-Identifier: Apache-2.0
package io.logroute.wire;

import org.jspecify.annotations.Nullable;

/** What a message's first byte says; the high bit is set in what a receiver sends. */
public enum MessageType {
  HELLO(0x01),
  STREAM(0x02),
  END(0x03),
  BATCH(0x04),
  PING(0x05),
  BYE(0x06),
  WELCOME(0x81),
  REFUSE(0x82),
  ACK(0x83),
  PONG(0x85),
  CLOSING(0x86);

  private static final MessageType[] VALUES = values();

  private final byte code;

  MessageType(int code) {
    this.code = (byte) code;
  }

  public byte code() {
    return code;
  }

  /** Whether agents send it. */
  public boolean isFromAgent() {
    return code > 0;
  }

  /** The type with a code; null when there is none. */
  public static @Nullable MessageType of(byte code) {
    for (MessageType type : VALUES) {
      if (type.code == code) {
        return type;
      }
    }
    return null;
  }
}
