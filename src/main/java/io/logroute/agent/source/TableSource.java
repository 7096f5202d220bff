// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.source;

import io.logroute.table.TableStatus;

/**
 * Where the table of this node comes from. It follows changes on a thread of its own from {@link
 * #start} to {@link #close}, whatever happens to the file or the API server meanwhile; the last
 * good table stays.
 */
public interface TableSource extends AutoCloseable {

  /** Starts to tell tables; called once. */
  void start(TableListener listener);

  /**
   * Tells whoever wrote the table how it fares, where that can be told. Returns at once, from any
   * thread; of several reports that come quickly the last one counts.
   */
  void report(TableStatus status);

  /** Ends the thread, waiting 2 s at most. No call of the listener begins afterwards. */
  @Override
  void close();
}
