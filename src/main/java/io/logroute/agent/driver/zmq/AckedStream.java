// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.driver.zmq;

import io.logroute.wire.StreamIdentity;

/** A stream as the agent's end of a session sees it. Used by one thread. */
final class AckedStream {

  final int number;
  final StreamIdentity identity;

  /** Whether STREAM was sent in the session that runs. */
  boolean opened;

  /** The receiver does not take it, in the session that runs. */
  boolean refused;

  /** The end of the last line that was put into a batch. */
  long end;

  /** The greatest end that was acknowledged, in any session. */
  long acknowledged;

  /** Batches that hold lines of it and are not done. */
  int pendingBatches;

  /** Its number is given back: a line needs another one. */
  boolean isEnded;

  /** When it had its last line. */
  long usedNanos;

  AckedStream(int number, StreamIdentity identity) {
    this.number = number;
    this.identity = identity;
  }
}
