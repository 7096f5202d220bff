// SPDX-License-Identifier: Apache-2.0
package io.logroute.table.tree;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was read from a text.
 *
 * @param documents those up to the end, or up to the one that could not be read; an empty document
 *     (nothing between two {@code ---}) is left out
 * @param failure why reading stopped; absent when it did not
 */
public record Documents(List<Tree> documents, @Nullable Failure failure) {
  public Documents {
    documents = List.copyOf(documents);
  }

  /** A place and a cause in words, one line. */
  public record Failure(Place place, String cause) {
    /** Both as one sentence. */
    public String sentence() {
      return place.prefix() + cause;
    }
  }
}
