// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.source;

import io.logroute.table.NodeRouteTable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A fault in what is done with one table must not end the wait for the next one. */
record GuardedListener(TableListener listener) implements TableListener {

  private static final Logger log = LoggerFactory.getLogger(GuardedListener.class);

  @Override
  public void tableChanged(NodeRouteTable table) {
    guarded(() -> listener.tableChanged(table));
  }

  @Override
  public void tableUnusable(String problem) {
    guarded(() -> listener.tableUnusable(problem));
  }

  private static void guarded(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      log.error("A table could not be taken over, going on with the one before", e);
    }
  }
}
