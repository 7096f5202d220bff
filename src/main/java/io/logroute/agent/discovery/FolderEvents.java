// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.discovery;

import java.nio.file.Path;
import java.util.Set;

/**
 * Tells which folders got or lost an entry. It is there for speed alone: events may be lost, and
 * the sweep is the truth.
 */
public interface FolderEvents {

  /** No events at all. */
  FolderEvents NONE =
      new FolderEvents() {
        @Override
        public boolean watch(Path folder) {
          return false;
        }

        @Override
        public void forget(Path folder) {}

        @Override
        public Set<Path> await(long timeoutMs) throws InterruptedException {
          Thread.sleep(timeoutMs);
          return Set.of();
        }
      };

  /**
   * Starts to watch a folder, unless it is watched; false when it cannot be watched, and the sweep
   * has to do.
   */
  boolean watch(Path folder);

  /** Stops to watch a folder, usually one that is gone. */
  void forget(Path folder);

  /** Waits for events up to a time and returns the folders that have some; empty: none came. */
  Set<Path> await(long timeoutMs) throws InterruptedException;
}
