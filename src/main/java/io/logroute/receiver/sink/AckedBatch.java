// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.sink;

import io.logroute.wire.BatchReader;
import java.time.Instant;
import java.util.Map;

/**
 * Lines that wait to be stored and then acknowledged.
 *
 * @param arrivedAt the time of lines that have none
 * @param lines belongs to whoever holds the batch
 * @param streams by number; lines of a number that is not in it are refused, and are skipped
 * @param stored is run, by the store's thread, when no line of it can get lost any more
 */
public record AckedBatch(
    Instant arrivedAt, BatchReader lines, Map<Integer, AckedStream> streams, Runnable stored) {
  public AckedBatch {
    streams = Map.copyOf(streams);
  }
}
