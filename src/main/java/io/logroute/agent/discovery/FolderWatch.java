// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.discovery;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The kernel's folder events, so that a new file is opened at once. Writes into a file wake nobody.
 *
 * <p>Owned by one thread.
 */
public final class FolderWatch implements FolderEvents, AutoCloseable {

  private final WatchService watchService;
  private final Map<Path, WatchKey> keys = new HashMap<>();

  public FolderWatch() throws IOException {
    watchService = FileSystems.getDefault().newWatchService();
  }

  @Override
  public boolean watch(Path folder) {
    if (keys.containsKey(folder)) {
      return true;
    }
    try {
      keys.put(folder, folder.register(watchService, ENTRY_CREATE, ENTRY_DELETE));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void forget(Path folder) {
    WatchKey key = keys.remove(folder);
    if (key != null) {
      key.cancel();
    }
  }

  @Override
  public Set<Path> await(long timeoutMs) throws InterruptedException {
    Set<Path> changed = new HashSet<>();
    WatchKey key = watchService.poll(timeoutMs, TimeUnit.MILLISECONDS);
    while (key != null) {
      changed.add((Path) key.watchable());
      key.pollEvents();
      if (!key.reset()) {
        keys.remove(key.watchable(), key);
      }
      key = watchService.poll();
    }
    return changed;
  }

  @Override
  public void close() throws IOException {
    watchService.close();
  }
}
