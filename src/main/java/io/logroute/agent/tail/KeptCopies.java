// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.tail;

import io.logroute.agent.discovery.ContainerFolder;
import io.logroute.agent.discovery.FolderEvents;
import io.logroute.agent.discovery.FolderStamps;
import io.logroute.agent.discovery.LogFile;
import io.logroute.agent.discovery.LogFileName;
import io.logroute.agent.discovery.PodsFolder;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * What an agent that is stopped keeps of deleted files, since their bytes die with the process that
 * holds them: copies in its state folder, {@code held/<pod folder>/<container>/}, read at the next
 * start as if the file still had its name. A running agent does the same when it holds so many
 * deleted files open that there is little room for others.
 *
 * <p>A copy has every byte at its own position: the first record, by which the generation is known,
 * then a hole, then what was not taken over. So positions need no translation. Its name tells where
 * the hole ends, {@code <restart>.log.<order>.from-<byte>}: nothing before is read from it,
 * whatever positions say. It is written under another name, synced and renamed: a crash leaves a
 * whole copy or none. It is deleted when everybody has taken over its bytes; a crash before that
 * repeats what positions do not know yet, and skips nothing.
 *
 * <p>Used by the conductor's thread, or after its end.
 */
public final class KeptCopies {

  private static final String FOLDER = "held";
  private static final Pattern NAME =
      Pattern.compile("(\\d{1,9})\\.log\\.(\\d{8}-\\d{6})\\.from-(\\d{1,18})");
  private static final int CHUNK_BYTES = 256 * 1024;

  private final Path root;

  /** A copy: its file, and the first byte that it has of the generation. */
  record Copy(LogFile file, long from) {}

  public KeptCopies(Path stateFolder) {
    this.root = stateFolder.resolve(FOLDER);
  }

  /** The containers of which there are copies, their folders being below a pods folder. */
  public List<ContainerFolder> containers(Path podsFolder) throws IOException {
    PodsFolder pods = new PodsFolder(root, new FolderStamps(FolderEvents.NONE));
    long now = System.nanoTime();
    List<ContainerFolder> found = new ArrayList<>();
    for (Path pod : pods.podFolders(now)) {
      for (ContainerFolder kept : pods.containers(pod, now)) {
        Path usual = podsFolder.resolve(kept.key());
        found.add(
            new ContainerFolder(kept.namespace(), kept.pod(), kept.uid(), kept.container(), usual));
      }
    }
    return found;
  }

  /** The copies of a container, oldest first; what a crash left half-written is removed. */
  List<Copy> of(ContainerFolder container) throws IOException {
    List<Copy> copies = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder(container))) {
      for (Path entry : entries) {
        Copy copy = copyAt(entry);
        if (copy == null) {
          Files.delete(entry);
        } else {
          copies.add(copy);
        }
      }
    } catch (NoSuchFileException e) {
      return List.of();
    }
    copies.sort(Comparator.comparing(copy -> copy.file().name()));
    return copies;
  }

  private static @Nullable Copy copyAt(Path path) throws IOException {
    Matcher name = NAME.matcher(String.valueOf(path.getFileName()));
    if (!name.matches()) {
      return null;
    }
    LogFileName as = new LogFileName(Integer.parseInt(name.group(1)), name.group(2), false);
    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
    long modifiedMs = attributes.lastModifiedTime().toMillis();
    LogFile file = new LogFile(as, path, attributes.fileKey(), attributes.size(), modifiedMs);
    return new Copy(file, Long.parseLong(name.group(3)));
  }

  /** A copy's place among those of its container. */
  static int orderOf(LogFileName name) {
    return Integer.parseInt(name.rotatedAt().substring(name.rotatedAt().indexOf('-') + 1));
  }

  private Path folder(ContainerFolder container) {
    return root.resolve(container.key());
  }

  /**
   * Copies what a generation has from a position on.
   *
   * @param order the copy's place among those of its container
   * @param deadlineNanos by {@link System#nanoTime}
   * @return null when there was no time for it; nothing is left behind then
   */
  @Nullable Copy keep(
      ContainerFolder container, Generation generation, long from, int order, long deadlineNanos)
      throws IOException {
    Path folder = folder(container);
    Files.createDirectories(folder);
    String place = "%08d-%06d".formatted(0, order);
    Path copy = folder.resolve(generation.restart() + ".log." + place + ".from-" + from);
    Path temporary = folder.resolve(copy.getFileName() + ".tmp");
    boolean whole = false;
    try (FileChannel target =
            FileChannel.open(
                temporary,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
        GenerationReader reader = new GenerationReader()) {
      whole = copy(generation, reader, target, from, deadlineNanos);
      target.force(true);
    } finally {
      if (!whole) {
        Files.deleteIfExists(temporary);
      }
    }
    if (!whole) {
      return null;
    }
    Files.move(temporary, copy, StandardCopyOption.ATOMIC_MOVE);
    sync(folder);
    sync(folder.getParent());
    sync(root);
    sync(root.getParent());
    return copyAt(copy);
  }

  private static boolean copy(
      Generation generation,
      GenerationReader reader,
      FileChannel target,
      long from,
      long deadlineNanos)
      throws IOException {
    byte[] chunk = new byte[CHUNK_BYTES];
    int head = reader.read(generation, 0, chunk, 0, HeadHash.MAX_BYTES);
    write(target, chunk, head, 0);
    long position = from;
    for (int count = 1; count > 0; position += count) {
      if (System.nanoTime() - deadlineNanos > 0) {
        return false;
      }
      count = readAsFarAsItGoes(reader, generation, position, chunk);
      write(target, chunk, count, position);
    }
    return true;
  }

  /** What a damaged file gives before the damage is kept; the rest is lost with it. */
  private static int readAsFarAsItGoes(
      GenerationReader reader, Generation generation, long position, byte[] chunk)
      throws IOException {
    try {
      return reader.read(generation, position, chunk, 0, chunk.length);
    } catch (ZipException | EOFException e) {
      return 0;
    }
  }

  private static void write(FileChannel target, byte[] bytes, int count, long position)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, count);
    while (buffer.hasRemaining()) {
      target.write(buffer, position + buffer.position());
    }
  }

  private static void sync(@Nullable Path folder) throws IOException {
    if (folder == null) {
      return;
    }
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Deletes a copy, and its folders once they are empty. */
  void delete(Path copy) throws IOException {
    Files.deleteIfExists(copy);
    for (Path folder = copy.getParent();
        folder != null && !folder.equals(root) && isEmpty(folder);
        folder = folder.getParent()) {
      Files.deleteIfExists(folder);
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      return !entries.iterator().hasNext();
    } catch (NoSuchFileException e) {
      return true;
    }
  }
}
