// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** The folder that the store writes to, held for this process alone until it is closed. */
public final class DataFolder implements AutoCloseable {

  /** The store's own folder; no id has a plus in it, so no tenant meets it. */
  static final String OWN = "+logroute";

  private final Path path;
  private final FileChannel lock;

  private DataFolder(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Makes the folder when it is not there, and takes it.
   *
   * @throws StoreException when it cannot be made or written, or another receiver has it
   */
  public static DataFolder take(Path path) throws StoreException {
    try {
      Files.createDirectories(path);
      Path own = Files.createDirectories(path.resolve(OWN));
      return new DataFolder(path, lock(path, own.resolve("lock")));
    } catch (IOException e) {
      throw new StoreException("cannot use %s as --data-dir: %s".formatted(path, cause(e)));
    }
  }

  private static FileChannel lock(Path path, Path file) throws IOException, StoreException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (!tryLock(channel)) {
      channel.close();
      throw new StoreException(
          "cannot use %s as --data-dir: another receiver is using it".formatted(path));
    }
    return channel;
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      @Nullable FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  /** The reason in words; the JDK's messages of these are but the name of the file. */
  static String cause(IOException e) {
    return switch (e) {
      case AccessDeniedException denied -> "no right to write " + denied.getFile();
      case FileAlreadyExistsException exists -> exists.getFile() + " is not a folder";
      case NoSuchFileException no -> no.getFile() + " cannot be made";
      case NotDirectoryException not -> not.getFile() + " is not a folder";
      default -> String.valueOf(e.getMessage());
    };
  }

  /** Whether there is no room, which there may be later; the JDK passes on what the system says. */
  static boolean isFull(IOException e) {
    String cause = cause(e);
    return cause.contains("No space left on device") || cause.contains("Disk quota exceeded");
  }

  public Path path() {
    return path;
  }

  /** Lets another process have it. */
  @Override
  public void close() throws IOException {
    lock.close();
  }
}
