// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.sink;

import java.time.Instant;
import java.util.List;

/**
 * Lines of one socket in the order of their arrival.
 *
 * @param arrivedAt when the first of them was taken from the socket; the others came within
 *     milliseconds, since a batch holds only what was there at once
 * @param lines at least one
 */
public record LineBatch(Instant arrivedAt, List<ReceivedLine> lines) {
  public LineBatch {
    lines = List.copyOf(lines);
  }
}
