// SPDX-License-Identifier: Apache-2.0
package io.logroute.table.tree;

/**
 * Where something stands in a text, both counted from 1.
 *
 * @param line 0 for {@link #UNKNOWN}
 */
public record Place(int line, int column) {

  /** For a text that nobody looks at by line, such as an answer of the API server. */
  public static final Place UNKNOWN = new Place(0, 0);

  /** {@code "line 3: "}, or nothing when the line says nothing. */
  public String prefix() {
    return line == 0 ? "" : "line " + line + ": ";
  }
}
