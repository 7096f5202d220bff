// SPDX-License-Identifier: Apache-2.0
package io.logroute.wire;

/** Why a receiver refuses, and with it what an agent does next. */
public enum Refusal {
  /** A code that a later version may bring; taken as {@link #UNAVAILABLE}. */
  UNKNOWN(0),
  /** No version in common. */
  VERSION(1),
  /** This agent, or this tenant of its, may not send here. */
  NOT_ALLOWED(2),
  /** More streams than the session may have open. */
  TOO_MANY_STREAMS(3),
  /** A message of a session that the receiver does not know. */
  NO_SESSION(4),
  /** A batch is missing before this one. */
  GAP(5),
  /** A message that is none, or one that cannot come now. */
  MALFORMED(6),
  /** More unacknowledged bytes than the window. */
  OVER_WINDOW(7),
  /** The stream's identity has a part that cannot be. */
  BAD_IDENTITY(8),
  /** Not now: the receiver stops, or has too many sessions. */
  UNAVAILABLE(9);

  private static final Refusal[] VALUES = values();

  private final int code;

  Refusal(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }

  /** The refusal with a code, {@link #UNKNOWN} for one of the future. */
  public static Refusal of(int code) {
    return code > 0 && code < VALUES.length ? VALUES[code] : UNKNOWN;
  }

  /** Whether a new session with the same receiver may be tried at once. */
  public boolean allowsNewSession() {
    return this == NO_SESSION || this == GAP || this == MALFORMED || this == OVER_WINDOW;
  }
}
