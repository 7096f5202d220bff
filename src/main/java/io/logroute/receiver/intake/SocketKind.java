// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.intake;

import org.zeromq.SocketType;

/** The sockets that the receiver binds. */
public enum SocketKind {
  /** For agents that publish (PUB); subscribes to everything. */
  SUB("sub", SocketType.SUB),
  /** For agents that push (PUSH). */
  PULL("pull", SocketType.PULL);

  private final String label;
  private final SocketType type;

  SocketKind(String label, SocketType type) {
    this.label = label;
    this.type = type;
  }

  /** The name in options, metrics and messages. */
  public String label() {
    return label;
  }

  SocketType type() {
    return type;
  }
}
