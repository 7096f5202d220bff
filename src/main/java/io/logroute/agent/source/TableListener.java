// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.source;

import io.logroute.table.NodeRouteTable;

/** Takes what a {@link TableSource} finds, on the source's own thread, one call after the other. */
public interface TableListener {

  /** Takes no notice. */
  TableListener NONE =
      new TableListener() {
        @Override
        public void tableChanged(NodeRouteTable table) {}

        @Override
        public void tableUnusable(String problem) {}
      };

  /** A table that is to be run from now on. */
  void tableChanged(NodeRouteTable table);

  /**
   * The newest table cannot be used; the one before stays. Told once for each version. The next
   * call of {@link #tableChanged} ends it.
   *
   * @param problem a sentence that names what was read and what is wrong with it
   */
  void tableUnusable(String problem);
}
