// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.kubelet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One file's life as its runtime and its kubelet know it: from its creation, or from the moment
 * that it was cut to nothing, over all its names and forms.
 */
public final class WrittenFile {

  /** As much of the first record as a generation is known by, docs/acked-protocol.md. */
  private static final int HEAD_BYTES = 256;

  private final FakeContainer container;
  private final int restart;
  private final int order;
  private final FileChannel channel;
  private final List<WrittenRecord> records = new ArrayList<>();
  private byte[] head = new byte[0];
  private @Nullable Path plain;
  private @Nullable Path compressed;
  private long size;
  private boolean truncated;

  WrittenFile(FakeContainer container, int restart, int order, Path path, FileChannel channel) {
    this.container = container;
    this.restart = restart;
    this.order = order;
    this.plain = path;
    this.channel = channel;
  }

  static FileChannel open(Path path) throws IOException {
    return FileChannel.open(
        path, StandardOpenOption.CREATE, StandardOpenOption.APPEND, StandardOpenOption.WRITE);
  }

  public FakeContainer container() {
    return container;
  }

  public int restart() {
    return restart;
  }

  /** Its place among its container's files, by creation. */
  public int order() {
    return order;
  }

  public List<WrittenRecord> records() {
    return records;
  }

  public long sizeBytes() {
    return size;
  }

  /** Whether a name leads to its bytes. */
  public boolean isOnDisk() {
    return plain != null || compressed != null;
  }

  /** Whether its bytes were cut off under its readers. */
  public boolean isTruncated() {
    return truncated;
  }

  @Nullable Path plain() {
    return plain;
  }

  @Nullable Path compressed() {
    return compressed;
  }

  void setPlain(@Nullable Path path) {
    plain = path;
  }

  void setCompressed(@Nullable Path path) {
    compressed = path;
  }

  FileChannel channel() {
    return channel;
  }

  /** Cuts the file; what is written from now on belongs to another life of it. */
  void truncate() throws IOException {
    Path path = plain;
    if (path != null) {
      try (FileChannel cut = FileChannel.open(path, StandardOpenOption.WRITE)) {
        cut.truncate(0);
      }
    }
    truncated = true;
    plain = null;
  }

  void append(byte[] bytes, long epochMs) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    int missing = HEAD_BYTES + 1 - head.length;
    if (missing > 0) {
      int from = head.length;
      head = Arrays.copyOf(head, from + Math.min(missing, bytes.length));
      System.arraycopy(bytes, 0, head, from, head.length - from);
    }
    size += bytes.length;
    Path path = plain;
    if (path != null) {
      Files.setLastModifiedTime(path, FileTime.fromMillis(epochMs));
    }
  }

  /** What the file is known by on the wire; 0 while its first record is not complete. */
  public long headHash() {
    int end = 0;
    while (end < Math.min(HEAD_BYTES, head.length) && head[end] != '\n') {
      end++;
    }
    if (end == head.length && end < HEAD_BYTES) {
      return 0;
    }
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(head, 0, end);
      return ByteBuffer.wrap(digest.digest()).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return container.key() + "/" + restart + ".log#" + order;
  }
}
