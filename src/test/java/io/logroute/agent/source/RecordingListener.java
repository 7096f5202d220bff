// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.source;

import io.logroute.table.NodeRouteTable;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what it is told, in order. */
final class RecordingListener implements TableListener {

  final List<NodeRouteTable> tables = new CopyOnWriteArrayList<>();
  final List<String> problems = new CopyOnWriteArrayList<>();

  @Override
  public void tableChanged(NodeRouteTable table) {
    tables.add(table);
  }

  @Override
  public void tableUnusable(String problem) {
    problems.add(problem);
  }

  /** The names of the routes of the last table. */
  List<String> routesOfLast() {
    return tables.isEmpty()
        ? List.of()
        : tables.getLast().routes().stream().map(NodeRouteTable.Route::name).toList();
  }
}
