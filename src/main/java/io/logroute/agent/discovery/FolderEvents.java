// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.discovery;

import java.nio.file.Path;
import java.util.Set;

/**
 * Tells which folders got or lost an entry, and, where that is asked for, in which a file was
 * written or truncated. It is there for speed alone: events may be lost, and looking is the truth,
 * be it more seldom.
 */
public interface FolderEvents {

  /**
   * What has happened.
   *
   * @param entries the folders that got or lost an entry
   * @param written the folders with a file that was written or truncated
   */
  record Changes(Set<Path> entries, Set<Path> written) {

    public static final Changes NONE = new Changes(Set.of(), Set.of());

    public boolean isEmpty() {
      return entries.isEmpty() && written.isEmpty();
    }
  }

  /** No events at all. */
  FolderEvents NONE =
      new FolderEvents() {
        @Override
        public boolean watch(Path folder) {
          return false;
        }

        @Override
        public boolean watchWrites(Path folder) {
          return false;
        }

        @Override
        public void ignoreWrites(Path folder) {}

        @Override
        public void forget(Path folder) {}

        @Override
        public Changes await(long timeoutMs) throws InterruptedException {
          Thread.sleep(timeoutMs);
          return Changes.NONE;
        }

        @Override
        public void wake() {}
      };

  /**
   * Starts to watch a folder, unless it is watched; false when it cannot be watched, and the sweep
   * has to do.
   */
  boolean watch(Path folder);

  /**
   * Tells of writes into the files of a watched folder from now on, which wakes the agent at each:
   * for folders that are quiet. False when they would not be told.
   */
  boolean watchWrites(Path folder);

  /** Ends {@link #watchWrites}; what was written before may still be told. */
  void ignoreWrites(Path folder);

  /** Stops to watch a folder, usually one that is gone. */
  void forget(Path folder);

  /** Waits for events up to a time; empty: none came. */
  Changes await(long timeoutMs) throws InterruptedException;

  /**
   * Ends the wait at hand, or the next one, at once; without events waits are short. Any thread.
   */
  void wake();
}
