// SPDX-License-Identifier: Apache-2.0
package io.logroute.table;

/** What came of reading a table. */
public sealed interface TableReading {

  /** A table that can be used. */
  record Good(NodeRouteTable table) implements TableReading {}

  /**
   * None.
   *
   * @param sentence the first thing that is wrong: its line where there are lines, its field, the
   *     cause; one line
   */
  record Bad(String sentence) implements TableReading {}
}
