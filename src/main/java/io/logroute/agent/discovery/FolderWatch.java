// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.discovery;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;
import static java.nio.file.StandardWatchEventKinds.OVERFLOW;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's folder events, so that a new file is opened at once, and a quiet one is not looked
 * at all the time. A folder has one inotify watch in either case: to register it again replaces
 * what it tells (inotify_add_watch(2)). An overflow of the kernel's queue tells every folder as
 * changed and written.
 *
 * <p>Writes are told only of file systems whose writers are all on this machine: what another one
 * writes into a network's file system raises no event here.
 *
 * <p>Owned by one thread, which others may {@link #wake}. Nothing else ends a WatchService's wait
 * but an interrupt, so that is what wakes, and only while it waits: elsewhere an interrupt would
 * close the files that the thread is at.
 */
public final class FolderWatch implements FolderEvents, AutoCloseable {

  private static final Set<String> LOCAL_TYPES =
      Set.of("ext2", "ext3", "ext4", "xfs", "btrfs", "tmpfs", "zfs", "f2fs", "bcachefs");

  private static final WatchEvent.Kind<?>[] ENTRIES = {ENTRY_CREATE, ENTRY_DELETE};
  private static final WatchEvent.Kind<?>[] ENTRIES_AND_WRITES = {
    ENTRY_CREATE, ENTRY_DELETE, ENTRY_MODIFY
  };

  private final WatchService watchService;
  private final Map<Path, WatchKey> keys = new HashMap<>();
  private final Set<Path> tellingWrites = new HashSet<>();
  private final Map<Path, Boolean> local = new HashMap<>();

  /** Guards the two below it. */
  private final Object waiting = new Object();

  private @Nullable Thread waiter;
  private boolean woken;

  public FolderWatch() throws IOException {
    watchService = FileSystems.getDefault().newWatchService();
  }

  @Override
  public boolean watch(Path folder) {
    return keys.containsKey(folder) || register(folder, ENTRIES);
  }

  private boolean register(Path folder, WatchEvent.Kind<?>[] kinds) {
    try {
      keys.put(folder, folder.register(watchService, kinds));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public boolean watchWrites(Path folder) {
    boolean canTell = keys.containsKey(folder) && local.computeIfAbsent(folder, this::isLocal);
    if (!canTell || !register(folder, ENTRIES_AND_WRITES)) {
      return false;
    }
    tellingWrites.add(folder);
    return true;
  }

  private boolean isLocal(Path folder) {
    try {
      return LOCAL_TYPES.contains(Files.getFileStore(folder).type());
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void ignoreWrites(Path folder) {
    if (tellingWrites.remove(folder) && keys.containsKey(folder)) {
      register(folder, ENTRIES);
    }
  }

  @Override
  public void forget(Path folder) {
    local.remove(folder);
    tellingWrites.remove(folder);
    WatchKey key = keys.remove(folder);
    if (key != null) {
      key.cancel();
    }
  }

  @Override
  public Changes await(long timeoutMs) throws InterruptedException {
    WatchKey key = poll(timeoutMs);
    if (key == null) {
      return Changes.NONE;
    }
    Changes changes = new Changes(new HashSet<>(), new HashSet<>());
    while (key != null) {
      collect(key, changes);
      key = watchService.poll();
    }
    return changes;
  }

  private @Nullable WatchKey poll(long timeoutMs) throws InterruptedException {
    try {
      return watchService.poll(beginWait() ? timeoutMs : 0, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      if (!endWait()) {
        throw e;
      }
      return null;
    } finally {
      endWait();
    }
  }

  /** False: somebody has called {@link #wake} already. */
  private boolean beginWait() {
    synchronized (waiting) {
      if (woken) {
        woken = false;
        return false;
      }
      waiter = Thread.currentThread();
      return true;
    }
  }

  /** Whether somebody called {@link #wake} meanwhile; no interrupt of theirs is left. */
  private boolean endWait() {
    synchronized (waiting) {
      boolean wasWoken = waiter != null && woken;
      waiter = null;
      if (wasWoken) {
        woken = false;
        Thread.interrupted();
      }
      return wasWoken;
    }
  }

  @Override
  public void wake() {
    synchronized (waiting) {
      if (waiter != null && !woken) {
        waiter.interrupt();
      }
      woken = true;
    }
  }

  private void collect(WatchKey key, Changes changes) {
    Path folder = (Path) key.watchable();
    for (WatchEvent<?> event : key.pollEvents()) {
      WatchEvent.Kind<?> kind = event.kind();
      if (kind == ENTRY_MODIFY || kind == OVERFLOW) {
        changes.written().add(folder);
      }
      if (kind != ENTRY_MODIFY) {
        changes.entries().add(folder);
      }
    }
    if (!key.reset()) {
      keys.remove(folder, key);
      tellingWrites.remove(folder);
      changes.entries().add(folder);
      changes.written().add(folder);
    }
  }

  @Override
  public void close() throws IOException {
    watchService.close();
  }
}
