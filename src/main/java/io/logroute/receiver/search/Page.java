// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.search;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lines in the order that was asked for, and where to go on.
 *
 * @param next what to give to the next search; null: there is nothing more
 * @param scannedBytes of lines that were looked at
 */
public record Page(List<FoundLine> lines, @Nullable String next, long scannedBytes) {
  public Page {
    lines = List.copyOf(lines);
  }
}
