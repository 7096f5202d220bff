// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.discovery;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells without listing a folder whether it still has the entries of its last listing: whatever
 * comes, goes or is renamed moves the folder's time of change (POSIX {@code rename}, {@code
 * unlink}, {@code open}). On a node with a hundred quiet containers listing would be most of what
 * an idle agent does.
 *
 * <p>A file system takes that time from the last tick of the kernel's clock, up to 10 ms old, so a
 * listing that was made in the tick of a change may lack another one: it is trusted only when the
 * change was {@value #TICKS_MS} ms before it. A folder of which the kernel tells events is looked
 * at every {@link #WATCHED_NANOS} only, unless it had one. And every folder is listed after {@link
 * #RELIST_NANOS} in any case.
 *
 * <p>Owned by one thread.
 */
public final class FolderStamps {

  static final long TICKS_MS = 100;

  static final long RELIST_NANOS = TimeUnit.SECONDS.toNanos(60);

  static final long WATCHED_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final class Stamp {
    final FileTime changed;
    final @Nullable Object inode;
    final boolean trusted;
    final long listedNanos;
    long lookedNanos;

    Stamp(BasicFileAttributes now, long nowNanos) {
      changed = now.lastModifiedTime();
      inode = now.fileKey();
      trusted = System.currentTimeMillis() - changed.toMillis() > TICKS_MS;
      listedNanos = nowNanos;
      lookedNanos = nowNanos;
    }

    boolean isFresh(long nowNanos) {
      return trusted && nowNanos - lookedNanos < WATCHED_NANOS;
    }

    boolean holds(BasicFileAttributes now, long nowNanos) {
      return trusted
          && nowNanos - listedNanos < RELIST_NANOS
          && changed.equals(now.lastModifiedTime())
          && now.fileKey() != null
          && now.fileKey().equals(inode);
    }
  }

  private final FolderEvents events;
  private final Map<Path, Stamp> stamps = new HashMap<>();

  /**
   * @param events are asked for each folder from its first listing on; the caller calls {@link
   *     #forget} for each that had one
   */
  public FolderStamps(FolderEvents events) {
    this.events = events;
  }

  /**
   * Whether a folder may have other entries than when this was last asked and answered yes. The
   * caller lists it then, after this call, or calls {@link #forget}.
   *
   * @param nowNanos of a clock that only grows
   */
  public boolean mustList(Path folder, long nowNanos) {
    Stamp last = stamps.get(folder);
    boolean watched = events.watch(folder);
    if (last != null && watched && last.isFresh(nowNanos)) {
      return false;
    }
    BasicFileAttributes now;
    try {
      now = Files.readAttributes(folder, BasicFileAttributes.class);
    } catch (IOException e) {
      stamps.remove(folder);
      return true;
    }
    if (last != null && last.holds(now, nowNanos)) {
      last.lookedNanos = nowNanos;
      return false;
    }
    stamps.put(folder, new Stamp(now, nowNanos));
    return true;
  }

  /** The next question about this folder is answered with yes. */
  public void forget(Path folder) {
    stamps.remove(folder);
  }
}
