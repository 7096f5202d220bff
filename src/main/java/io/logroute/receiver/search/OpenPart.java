// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.search;

import io.logroute.receiver.store.Block;
import io.logroute.receiver.store.BlockInput;
import io.logroute.receiver.store.BlockedGzip;
import io.logroute.receiver.store.FileId;
import io.logroute.receiver.store.StoredStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A file of the store that is open to be read, plain or compressed. It stays readable though it is
 * renamed or deleted. Its bytes may be read by several threads.
 */
final class OpenPart implements AutoCloseable {

  /** Takes the lines of a block. */
  interface Lines {
    /**
     * @param start of the first byte, in the plain bytes of the file
     * @param bytes holds whole lines from {@code 0} to {@code length}
     */
    void take(long start, byte[] bytes, int length) throws IOException;
  }

  private final Path base;
  private final Path path;
  private final FileChannel channel;
  private final boolean isCompressed;
  private final FileId id;

  private OpenPart(Path base, Path path, FileChannel channel, boolean isCompressed, FileId id) {
    this.base = base;
    this.path = path;
    this.channel = channel;
    this.isCompressed = isCompressed;
    this.id = id;
  }

  /** Opens a file in the form that it has now; empty when it is gone or has no line yet. */
  static Optional<OpenPart> open(StoredStream.Part part) throws IOException {
    try {
      return open(part.base(), part.plain(), false);
    } catch (NoSuchFileException e) {
      if (part.isCurrent()) {
        return Optional.empty();
      }
    }
    try {
      return open(part.base(), part.compressed(), true);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static Optional<OpenPart> open(Path base, Path path, boolean compressed)
      throws IOException {
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    @Nullable FileId id = null;
    try {
      byte[] head = new byte[FileId.HEAD_BYTES];
      id =
          FileId.of(head, compressed ? unpackedHead(channel, head) : readAt(channel, 0, head))
              .orElse(null);
    } finally {
      if (id == null) {
        channel.close();
      }
    }
    return id == null
        ? Optional.empty()
        : Optional.of(new OpenPart(base, path, channel, compressed, id));
  }

  private static int unpackedHead(FileChannel channel, byte[] head) throws IOException {
    if (channel.size() == 0) {
      return 0;
    }
    return new GZIPInputStream(new Bytes(channel), 4096).readNBytes(head, 0, head.length);
  }

  private static int readAt(FileChannel channel, long from, byte[] into) throws IOException {
    return readAt(channel, from, into, into.length);
  }

  private static int readAt(FileChannel channel, long from, byte[] into, int length)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(into, 0, length);
    while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) >= 0) {
      continue;
    }
    return bytes.position();
  }

  /** What all files of its stream share. */
  Path base() {
    return base;
  }

  Path path() {
    return path;
  }

  FileId id() {
    return id;
  }

  boolean isCompressed() {
    return isCompressed;
  }

  FileChannel channel() {
    return channel;
  }

  /** The size as it stands on the disk. */
  long sizeBytes() throws IOException {
    return channel.size();
  }

  /** The plain bytes from the beginning on; closing it closes nothing else. */
  InputStream plainBytes() throws IOException {
    InputStream raw = new Bytes(channel);
    return isCompressed ? new GZIPInputStream(raw, 64 * 1024) : raw;
  }

  /**
   * Reads plain bytes of a plain file.
   *
   * @return how many there were, up to {@code length}
   */
  int read(long from, byte[] into, int length) throws IOException {
    return readAt(channel, from, into, length);
  }

  /** Reads the lines of a block. */
  void read(Block block, Buffer buffer, Lines lines) throws IOException {
    if (isCompressed && !block.isPacked()) {
      readThrough(lines);
      return;
    }
    int length = (int) block.length();
    byte[] bytes = buffer.of(length);
    if (isCompressed) {
      BlockedGzip.read(channel, block, bytes);
    } else if (readAt(channel, block.start(), bytes, length) < length) {
      throw new EOFException(path + " was cut by someone else");
    }
    lines.take(block.start(), bytes, length);
  }

  /** The bytes of a file with a position of its own, since others read the file meanwhile. */
  private static final class Bytes extends InputStream {
    private final FileChannel channel;
    private long position;

    Bytes(FileChannel channel) {
      this.channel = channel;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
      int count = channel.read(ByteBuffer.wrap(into, from, length), position);
      position += Math.max(0, count);
      return count;
    }

    @Override
    public int available() throws IOException {
      return (int) Math.min(Integer.MAX_VALUE, Math.max(0, channel.size() - position));
    }
  }

  /** Of a file that something else compressed no part can be read alone. */
  private void readThrough(Lines lines) throws IOException {
    BlockInput input = new BlockInput(plainBytes());
    long start = 0;
    for (int length = input.next(); length > 0; length = input.next()) {
      lines.take(start, input.bytes(), length);
      start += length;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
