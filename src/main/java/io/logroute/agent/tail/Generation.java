// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.tail;

import io.logroute.agent.discovery.LogFile;
import io.logroute.agent.discovery.LogFileName;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * One file's life: written, renamed, compressed, deleted. Its bytes are those of the uncompressed
 * file whatever form it has. The file is held open from first sight, so that renaming, compressing
 * and deleting cost nothing, until everybody who wants it has taken it over.
 *
 * <p>The thread that sweeps changes it; any thread may read.
 */
public final class Generation {

  private final int restart;
  private volatile LogFile file;
  private volatile boolean compressed;
  private volatile @Nullable Object openInode;
  private volatile @Nullable FileChannel channel;
  private volatile long headHash = HeadHash.UNKNOWN;
  private volatile boolean present = true;
  private volatile boolean superseded;
  private volatile long uncompressedBytes = -1;
  private volatile long releasedBytes;

  Generation(LogFile file) {
    this.restart = file.name().restart();
    this.file = file;
    this.compressed = file.name().compressed();
  }

  /**
   * Opens the file; nothing happens when it is open.
   *
   * @return false when the path leads elsewhere by now: the next sweep will see
   */
  boolean open() throws IOException {
    if (channel != null) {
      return true;
    }
    LogFile wanted = file;
    FileChannel opened = FileChannel.open(wanted.path(), StandardOpenOption.READ);
    if (!Files.readAttributes(wanted.path(), BasicFileAttributes.class)
        .fileKey()
        .equals(wanted.inode())) {
      opened.close();
      return false;
    }
    compressed = wanted.name().compressed();
    try {
      readHead(opened);
    } catch (IOException e) {
      opened.close();
      throw e;
    }
    openInode = wanted.inode();
    channel = opened;
    return true;
  }

  private void readHead(FileChannel opened) throws IOException {
    if (headHash == HeadHash.UNKNOWN) {
      byte[] head = new byte[HeadHash.MAX_BYTES];
      headHash = HeadHash.of(head, readFully(stream(opened), head));
    }
  }

  private InputStream stream(FileChannel opened) throws IOException {
    InputStream bytes = new ChannelStream(opened);
    return isCompressed() ? new GZIPInputStream(bytes, 512) : bytes;
  }

  private static int readFully(InputStream in, byte[] target) throws IOException {
    try (in) {
      return in.readNBytes(target, 0, target.length);
    } catch (EOFException e) {
      return 0;
    }
  }

  /** Closes the file, as nobody wants more of it. */
  void release() throws IOException {
    FileChannel open = channel;
    channel = null;
    if (open != null) {
      releasedBytes = compressed ? Long.MAX_VALUE : open.size();
      open.close();
    }
  }

  /** Goes on with the plain file, found beside the compressed copy that was held so far. */
  void becomePlain(Generation plain) throws IOException {
    FileChannel copy = channel;
    file = plain.file;
    compressed = false;
    openInode = plain.openInode;
    channel = plain.channel;
    if (copy != null) {
      copy.close();
    }
  }

  /** What a sweep found of this generation, under the same or another name. */
  void seen(LogFile found) throws IOException {
    file = found;
    refreshHead();
  }

  /** Looks for the first record again while it was not complete. */
  public void refreshHead() throws IOException {
    FileChannel open = channel;
    if (open != null && headHash == HeadHash.UNKNOWN) {
      readHead(open);
    }
  }

  /** Whether this inode is held open, so that it cannot be used for another file. */
  boolean holds(Object inode) {
    return channel != null && inode.equals(openInode);
  }

  /** Whether a sweep found more bytes than there were when the file was released. */
  boolean hasGrown() {
    return file.sizeBytes() > releasedBytes;
  }

  LogFile file() {
    return file;
  }

  void setPresent(boolean present) {
    this.present = present;
  }

  void setSuperseded(boolean superseded) {
    this.superseded = superseded;
  }

  /** How often the container had been restarted when it wrote this. */
  public int restart() {
    return restart;
  }

  /** The name it had last. */
  public LogFileName name() {
    return file.name();
  }

  public Path path() {
    return file.path();
  }

  Object inode() {
    return file.inode();
  }

  /** The hash of the first record, 0 while there is no complete one. */
  public long headHash() {
    return headHash;
  }

  /** Whether the bytes come out of a compressed file. */
  public boolean isCompressed() {
    return compressed;
  }

  public boolean isOpen() {
    return channel != null;
  }

  /** Whether a name leads to it still; without one its bytes last only as long as it is open. */
  public boolean isPresent() {
    return present;
  }

  /** Whether a newer generation of the same container exists. */
  public boolean isSuperseded() {
    return superseded;
  }

  /**
   * For how long nobody has written, as far as the last sweep tells: 0 when there are more bytes
   * than it saw, since its time of the last write is not theirs.
   */
  public long quietMs(long nowEpochMs) {
    LogFile seen = file;
    return !compressed && sizeBytes() > seen.sizeBytes() ? 0 : nowEpochMs - seen.modifiedMs();
  }

  /**
   * How many bytes there are, uncompressed, as far as known: of a compressed file what its trailer
   * says.
   */
  public long sizeBytes() {
    FileChannel open = channel;
    try {
      if (!isCompressed()) {
        return open != null ? open.size() : file.sizeBytes();
      }
      if (uncompressedBytes < 0 && open != null) {
        ByteBuffer trailer = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
        open.read(trailer, open.size() - 4);
        uncompressedBytes = trailer.hasRemaining() ? 0 : Integer.toUnsignedLong(trailer.getInt(0));
      }
    } catch (IOException e) {
      return file.sizeBytes();
    }
    return Math.max(0, uncompressedBytes);
  }

  /**
   * The open file, for readers.
   *
   * @throws ClosedChannelException when it is not open: the sweeping thread may release it while
   *     another reads
   */
  FileChannel channel() throws ClosedChannelException {
    FileChannel open = channel;
    if (open == null) {
      throw new ClosedChannelException();
    }
    return open;
  }

  InputStream decompressed() throws IOException {
    return new GZIPInputStream(new ChannelStream(channel()), 64 * 1024);
  }

  @Override
  public String toString() {
    return file.path().toString();
  }
}
