// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.discovery;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is under {@code /var/log/pods} at this moment. Everything may vanish between two calls: what
 * is gone is simply not in the answer. Folders that have not changed are not listed again. Owned by
 * one thread.
 */
public final class PodsFolder {

  /** A folder whose files are renamed all the time is not looked at for ever. */
  private static final int MOST_LOOKS = 8;

  private final Path path;
  private final FolderStamps stamps;
  private final Map<Path, List<Path>> listed = new HashMap<>();
  private final Map<Path, PodListing> pods = new HashMap<>();

  /** The containers that a listing of a pod's folder showed. */
  private record PodListing(List<Path> folders, List<ContainerFolder> containers) {}

  /**
   * @param stamps of the pods folder and the pods' folders
   */
  public PodsFolder(Path path, FolderStamps stamps) {
    this.path = path;
    this.stamps = stamps;
  }

  /**
   * The folders of the pods, in no order.
   *
   * @param nowNanos of a clock that only grows
   */
  public List<Path> podFolders(long nowNanos) throws IOException {
    List<Path> found = subfolders(path, nowNanos);
    Set<Path> gone = new HashSet<>(listed.keySet());
    gone.removeAll(found);
    gone.remove(path);
    listed.keySet().removeAll(gone);
    pods.keySet().removeAll(gone);
    gone.forEach(stamps::forget);
    return found;
  }

  /** The containers of a pod's folder, in no order; none for a folder that is not a pod's. */
  public List<ContainerFolder> containers(Path podFolder, long nowNanos) throws IOException {
    List<Path> folders = subfolders(podFolder, nowNanos);
    PodListing last = pods.get(podFolder);
    if (last == null || last.folders != folders) {
      last = new PodListing(folders, containersIn(folders));
      pods.put(podFolder, last);
    }
    return last.containers;
  }

  private static List<ContainerFolder> containersIn(List<Path> folders) {
    List<ContainerFolder> found = new ArrayList<>();
    for (Path folder : folders) {
      ContainerFolder container = ContainerFolder.parse(folder);
      if (container != null) {
        found.add(container);
      }
    }
    return found;
  }

  /**
   * The log files of a container, as they were written: oldest first, the current one last. Looks
   * until two looks in a row saw the same files, since what one look sees while files are renamed
   * may never have been there together: the newest file, and none of those that were renamed.
   *
   * @param before what was seen last: when nothing is new, one look is enough
   */
  public static List<LogFile> files(Path containerFolder, List<LogFile> before) throws IOException {
    List<LogFile> last = before;
    List<LogFile> now = look(containerFolder);
    for (int looks = 1; looks < MOST_LOOKS && !areSame(last, now); looks++) {
      last = now;
      now = look(containerFolder);
    }
    return now;
  }

  private static boolean areSame(List<LogFile> some, List<LogFile> others) {
    if (some.size() != others.size()) {
      return false;
    }
    for (int i = 0; i < some.size(); i++) {
      LogFile one = some.get(i);
      LogFile other = others.get(i);
      if (!one.inode().equals(other.inode()) || !one.path().equals(other.path())) {
        return false;
      }
    }
    return true;
  }

  private static List<LogFile> look(Path containerFolder) throws IOException {
    List<LogFile> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(containerFolder)) {
      for (Path entry : entries) {
        LogFileName name = LogFileName.parse(String.valueOf(entry.getFileName()));
        if (name != null) {
          addIfThere(found, name, entry);
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    found.sort((a, b) -> a.name().compareTo(b.name()));
    return found;
  }

  private static void addIfThere(List<LogFile> found, LogFileName name, Path entry)
      throws IOException {
    try {
      BasicFileAttributes attributes = Files.readAttributes(entry, BasicFileAttributes.class);
      if (attributes.isRegularFile()) {
        found.add(
            new LogFile(
                name,
                entry,
                attributes.fileKey(),
                attributes.size(),
                attributes.lastModifiedTime().toMillis()));
      }
    } catch (NoSuchFileException e) {
      return;
    }
  }

  private List<Path> subfolders(Path folder, long nowNanos) throws IOException {
    List<Path> last = listed.remove(folder);
    if (last == null) {
      stamps.forget(folder);
    }
    boolean changed = stamps.mustList(folder, nowNanos);
    List<Path> now = last == null || changed ? subfolders(folder) : last;
    listed.put(folder, now);
    return now;
  }

  private static List<Path> subfolders(Path folder) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries =
        Files.newDirectoryStream(folder, entry -> Files.isDirectory(entry))) {
      entries.forEach(found::add);
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return found;
  }
}
