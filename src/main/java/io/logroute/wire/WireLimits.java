// SPDX-License-Identifier: Apache-2.0
package io.logroute.wire;

/** The limits of the protocol, docs/acked-protocol.md section "Limits". */
public final class WireLimits {

  /** The one version there is. */
  public static final int VERSION = 1;

  /** The longest line, in bytes; of a longer one the first bytes are sent, marked truncated. */
  public static final int MAX_LINE_BYTES = 16 << 20;

  /** The largest message of all, a batch with the longest line and then some. */
  public static final int MAX_MESSAGE_BYTES = 17 << 20;

  /** The largest message that is no batch. */
  public static final int MAX_CONTROL_BYTES = 64 << 10;

  /** What a receiver must take at least as a batch. */
  public static final int MIN_BATCH_LIMIT_BYTES = 64 << 10;

  /** What a receiver must give at least as a window. */
  public static final int MIN_WINDOW_BYTES = 64 << 10;

  /** As much as an agent collects in a batch, unless one line alone is longer. */
  public static final int USUAL_BATCH_BYTES = 256 << 10;

  /** Acknowledged streams in one message. */
  public static final int MAX_ACKS = 4096;

  /** Streams that may be open in a session, unless the receiver says less or more. */
  public static final int USUAL_OPEN_STREAMS = 16_384;

  /** Tenant and service ids, in bytes. */
  public static final int MAX_ID_BYTES = 128;

  /** Names of clusters, nodes, namespaces, pods and containers, and pod uids, in bytes. */
  public static final int MAX_NAME_BYTES = 253;

  /** A route: a namespace, a slash and a name, in bytes. */
  public static final int MAX_ROUTE_BYTES = 317;

  /** The name and version of a program, in bytes. */
  public static final int MAX_SOFTWARE_BYTES = 128;

  /** The sentence of a refusal, in bytes. */
  public static final int MAX_SENTENCE_BYTES = 1024;

  /** An agent that has sent or received nothing for this long sends a PING. */
  public static final long PING_AFTER_MS = 10_000;

  /** A peer that has been silent for this long has failed, as an agent sees it. */
  public static final long SILENCE_LIMIT_MS = 30_000;

  /** A session whose agent has been silent for this long is over, as a receiver sees it. */
  public static final long SESSION_LIMIT_MS = 60_000;

  /** A HELLO that is not answered for this long has failed. */
  public static final long HANDSHAKE_LIMIT_MS = 10_000;

  private WireLimits() {}
}
