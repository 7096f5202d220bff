// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.sink;

import java.util.UUID;

/**
 * Takes lines over for good. Called from the socket's thread; never waits, since who reads the
 * socket has to answer. What waits in it is bounded by the windows that its callers give.
 */
public interface AckedSink {

  /** Takes a batch; it says by itself when it is stored. Batches are stored in their order. */
  void take(AckedBatch batch);

  /** No line of this stream will come again from anybody. */
  void forget(AckedStream stream);

  /** By what the store is known, for as long as it exists. */
  UUID storeId();
}
