// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The blocks of a plain file, in the file {@code .<name>.blocks} beside it, so that a search after
 * a start need not read all of it. It is an aid and never the truth: what is missing, torn or
 * damaged is found by reading the lines themselves. Why it never says anything wrong:
 *
 * <ol>
 *   <li>A block is written to it only after the block's lines were synced, and those bytes change
 *       no more: a crash can take the end of the list, and never the lines under it.
 *   <li>Each entry has a checksum, which begins with the {@link FileId} of the file that it is of,
 *       and begins where the one before it ended. The first that is otherwise ends the list.
 *   <li>Between the two renames when a file is rolled the list has the name of another file. That
 *       one has another id, so it has no list, and neither has the one that was rolled.
 *   <li>A list that reaches beyond its file, or not to the end of a line, is not used.
 * </ol>
 *
 * <p>It is not synced itself, and a failure to write it stops nothing: the file has no list then.
 * Lines that were written without it (by a life before this one, or while the file was closed) are
 * read once when it goes on, unless they are too many.
 *
 * <p>Used by the thread that writes the file; {@link #of} by any.
 */
public final class BlockIndex {

  private static final Logger LOG = LoggerFactory.getLogger(BlockIndex.class);

  private static final String SUFFIX = ".blocks";
  private static final long MAGIC = 0x4C52424C_4F434B31L;
  private static final int HEAD = 2 * Long.BYTES + Integer.BYTES;
  private static final int ENTRY = 3 * Long.BYTES + 3 * Integer.BYTES;
  private static final int MAX_FILE_BYTES = 64 << 20;

  /** A shorter file is read as quickly as its list. */
  private static final long MIN_BYTES = 2 * Block.BYTES;

  /** So many bytes are read again at most. */
  private static final long MAX_BEHIND_BYTES = 16L << 20;

  private final Path data;

  /** What is not in the list yet; begins at {@link #from}. */
  private BlockList blocks = new BlockList();

  /** Where the file ended when it was opened. */
  private long from;

  /** Of the list; -1: it was not looked at since the file was opened. */
  private long listBytes = -1;

  private @Nullable FileId id;
  private boolean abandoned;

  BlockIndex(Path data) {
    this.data = data;
  }

  /** Where the list of a plain file stands. */
  static Path pathOf(Path plain) {
    return plain.resolveSibling("." + plain.getFileName() + SUFFIX);
  }

  /** The plain file whose list stands here; empty when that is no name of a list. */
  static Optional<Path> dataOf(Path list) {
    String name = String.valueOf(list.getFileName());
    return name.startsWith(".") && name.endsWith(SUFFIX)
        ? Optional.of(list.resolveSibling(name.substring(1, name.length() - SUFFIX.length())))
        : Optional.empty();
  }

  /**
   * What the list of a plain file knows, to be gone on with by reading the lines behind it.
   *
   * @param file the open file
   * @param id of the file
   */
  public static BlockList of(Path plain, FileChannel file, FileId id) throws IOException {
    if (file.size() < MIN_BYTES) {
      return new BlockList();
    }
    List<Block> known = read(pathOf(plain), id);
    long end = known.isEmpty() ? 0 : known.getLast().end();
    return isLineEnd(file, end) ? new BlockList(known) : new BlockList();
  }

  private static boolean isLineEnd(FileChannel file, long end) throws IOException {
    if (end == 0) {
      return true;
    }
    ByteBuffer last = ByteBuffer.allocate(1);
    return file.read(last, end - 1) == 1 && last.get(0) == '\n';
  }

  private static List<Block> read(Path list, FileId id) throws IOException {
    ByteBuffer bytes;
    try (FileChannel file = FileChannel.open(list, StandardOpenOption.READ)) {
      if (file.size() > MAX_FILE_BYTES) {
        return List.of();
      }
      bytes = ByteBuffer.allocate((int) file.size());
      while (bytes.hasRemaining() && file.read(bytes) >= 0) {
        continue;
      }
      bytes.flip();
    } catch (NoSuchFileException e) {
      return List.of();
    }
    if (!bytes.hasRemaining() || !isHead(bytes, id)) {
      return List.of();
    }
    List<Block> blocks = new ArrayList<>();
    long end = 0;
    while (bytes.remaining() >= ENTRY) {
      int checksum = checksum(id, bytes.array(), bytes.position());
      Block block = entry(bytes);
      if (bytes.getInt() != checksum || block.start() != end || block.length() <= 0) {
        break;
      }
      blocks.add(block);
      end = block.end();
    }
    return blocks;
  }

  private static boolean isHead(ByteBuffer bytes, FileId id) {
    return bytes.remaining() >= HEAD
        && bytes.getLong() == MAGIC
        && bytes.getLong() == id.firstNanos()
        && bytes.getInt() == id.checksum();
  }

  private static Block entry(ByteBuffer bytes) {
    long start = bytes.getLong();
    int length = bytes.getInt();
    int lines = bytes.getInt();
    return new Block(
        start,
        start + length,
        bytes.getLong(),
        bytes.getLong(),
        lines,
        Block.NOT_PACKED,
        Block.NOT_PACKED);
  }

  private static int checksum(FileId id, byte[] bytes, int entry) {
    CRC32C crc = new CRC32C();
    crc.update(
        ByteBuffer.allocate(Long.BYTES + Integer.BYTES)
            .putLong(id.firstNanos())
            .putInt(id.checksum())
            .flip());
    crc.update(bytes, entry, ENTRY - Integer.BYTES);
    return (int) crc.getValue();
  }

  /** The file was opened, and goes on from there. */
  void opened(long positionBytes) {
    from = positionBytes;
    blocks = new BlockList(positionBytes);
    listBytes = -1;
    abandoned = false;
  }

  /** These lines were written to the file, behind those before. */
  void wrote(List<Block> lines) {
    if (!abandoned) {
      lines.forEach(blocks::add);
    }
  }

  /** All that was written is on the disk, so blocks that grow no more belong into the list. */
  void synced(FileChannel file) {
    List<Block> more = blocks.takeClosed();
    if (!more.isEmpty()) {
      add(file, more);
    }
  }

  /** All that was written is on the disk, and nothing more will be. */
  void ended(FileChannel file) {
    boolean isWorthIt = blocks.end() >= MIN_BYTES;
    List<Block> more = blocks.takeAll();
    if (isWorthIt) {
      add(file, more);
    }
  }

  /** The file has another name now. */
  void renamed(Path to) {
    try {
      Files.move(pathOf(data), pathOf(to), StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      LOG.debug("{} has no list of blocks", to);
    } catch (IOException e) {
      abandon(e);
    }
  }

  private void add(FileChannel file, List<Block> more) {
    if (abandoned) {
      return;
    }
    Path path = pathOf(data);
    try (FileChannel list =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      if (listBytes < 0) {
        begin(file, list, path);
      }
      if (!abandoned) {
        write(list, more);
      }
    } catch (IOException e) {
      abandon(e);
    }
  }

  /** Looks at what an earlier handle left behind, and adds what was written without it. */
  private void begin(FileChannel file, FileChannel list, Path path) throws IOException {
    byte[] head = new byte[FileId.HEAD_BYTES];
    int length = read(file, 0, head, head.length);
    FileId found = FileId.of(head, length).orElse(null);
    if (found == null) {
      throw new IOException("its first line cannot be read");
    }
    id = found;
    List<Block> known = read(path, found);
    long end = known.isEmpty() ? 0 : known.getLast().end();
    if (end > from || !isLineEnd(file, end)) {
      known = List.of();
      end = 0;
    }
    if (from - end > MAX_BEHIND_BYTES) {
      abandoned = true;
      Files.deleteIfExists(path);
      return;
    }
    listBytes = known.isEmpty() ? 0 : HEAD + (long) known.size() * ENTRY;
    list.truncate(listBytes);
    write(list, behind(file, end));
  }

  /** The blocks from the end of the list to where the file was opened. */
  private List<Block> behind(FileChannel file, long end) throws IOException {
    BlockList behind = new BlockList(end);
    byte[] bytes = new byte[(int) (from - end)];
    int length = read(file, end, bytes, bytes.length);
    if (behind.add(bytes, 0, length) < bytes.length) {
      throw new IOException("it became shorter");
    }
    return behind.takeAll();
  }

  private static int read(FileChannel file, long from, byte[] into, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(into, 0, length);
    while (bytes.hasRemaining() && file.read(bytes, from + bytes.position()) >= 0) {
      continue;
    }
    return bytes.position();
  }

  private void write(FileChannel list, List<Block> more) throws IOException {
    FileId of = id;
    if (more.isEmpty() || of == null) {
      return;
    }
    ByteBuffer bytes = ByteBuffer.allocate(HEAD + more.size() * ENTRY);
    if (listBytes == 0) {
      bytes.putLong(MAGIC).putLong(of.firstNanos()).putInt(of.checksum());
    }
    for (Block block : more) {
      int entry = bytes.position();
      bytes.putLong(block.start()).putInt((int) block.length()).putInt(block.lines());
      bytes.putLong(block.minNanos()).putLong(block.maxNanos());
      bytes.putInt(checksum(of, bytes.array(), entry));
    }
    bytes.flip();
    long start = listBytes;
    while (bytes.hasRemaining()) {
      list.write(bytes, start + bytes.position());
    }
    listBytes = start + bytes.limit();
  }

  /** A list with a hole would end there, so there is none. */
  private void abandon(IOException cause) {
    abandoned = true;
    LOG.warn(
        "searches read {} whole, its list of blocks cannot be written: {}",
        data,
        DataFolder.cause(cause));
    try {
      Files.deleteIfExists(pathOf(data));
    } catch (IOException e) {
      LOG.debug("{} stays: {}", pathOf(data), e.toString());
    }
  }
}
