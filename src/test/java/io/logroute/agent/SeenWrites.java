// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.discovery.FolderEvents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The kernel's events of writes, at the moment when they are asked for: a folder is told when a
 * file in it has another size or time of writing than before, or is new. Of entries it tells none
 * by itself.
 */
final class SeenWrites implements FolderEvents {

  private final Map<Path, Map<Object, String>> seen = new HashMap<>();
  private boolean mute;
  private boolean watching;

  void mute() {
    mute = true;
  }

  /** The folders that were written since they were asked for. */
  Set<Path> take() {
    Set<Path> written = new HashSet<>();
    for (Map.Entry<Path, Map<Object, String>> entry : seen.entrySet()) {
      Map<Object, String> now = filesIn(entry.getKey());
      if (!entry.getValue().entrySet().containsAll(now.entrySet())) {
        written.add(entry.getKey());
        entry.setValue(now);
      }
    }
    return mute ? Set.of() : written;
  }

  private static Map<Object, String> filesIn(Path folder) {
    Map<Object, String> files = new HashMap<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        BasicFileAttributes file = Files.readAttributes(entry, BasicFileAttributes.class);
        files.put(file.fileKey(), file.size() + " " + file.lastModifiedTime());
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      return Map.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return files;
  }

  /** Says from now on that it tells of entries, which the test does in its stead. */
  void tellEntries() {
    watching = true;
  }

  @Override
  public boolean watch(Path folder) {
    return watching;
  }

  @Override
  public boolean watchWrites(Path folder) {
    seen.put(folder, filesIn(folder));
    return true;
  }

  @Override
  public void ignoreWrites(Path folder) {
    seen.remove(folder);
  }

  @Override
  public void forget(Path folder) {
    seen.remove(folder);
  }

  @Override
  public Changes await(long timeoutMs) {
    return new Changes(Set.of(), take());
  }

  @Override
  public void wake() {}
}
