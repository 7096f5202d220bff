// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.driver;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * One json-file log with its older files {@code .1}, {@code .2} and so on, the highest being the
 * oldest. A record is written whole or not at all: what a full disk or a crash cut off is taken
 * back. Used by one thread.
 */
final class JsonFile {

  private static final int BUFFER_BYTES = 64 * 1024;

  private final Path path;
  private final long maxBytes;
  private final int maxFiles;
  private FileChannel channel;
  private ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
  private long length;

  /**
   * @param maxBytes of one file; 0: no limit
   * @param maxFiles the current one included
   */
  JsonFile(Path path, long maxBytes, int maxFiles) throws IOException {
    this.path = path;
    this.maxBytes = maxBytes;
    this.maxFiles = maxFiles;
    Files.createDirectories(path.getParent());
    this.channel = open();
    this.length = cutTornEnd();
  }

  private FileChannel open() throws IOException {
    return FileChannel.open(
        path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  private long cutTornEnd() throws IOException {
    long end = channel.size();
    ByteBuffer one = ByteBuffer.allocate(1);
    while (end > 0) {
      one.clear();
      channel.read(one, end - 1);
      if (one.get(0) == '\n') {
        break;
      }
      end--;
    }
    channel.truncate(end);
    return end;
  }

  void append(byte[] record) throws IOException {
    if (maxBytes > 0 && length + buffer.position() + record.length > maxBytes && !isEmpty()) {
      roll();
    }
    if (record.length > buffer.remaining()) {
      flush();
    }
    if (record.length > buffer.capacity()) {
      buffer = ByteBuffer.allocate(record.length);
    }
    buffer.put(record);
  }

  private boolean isEmpty() {
    return length + buffer.position() == 0;
  }

  private void roll() throws IOException {
    sync();
    channel.close();
    for (int n = maxFiles - 1; n > 0; n--) {
      Path younger = n == 1 ? path : older(n - 1);
      if (Files.exists(younger)) {
        Files.move(younger, older(n), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    Files.deleteIfExists(path);
    channel = open();
    length = 0;
  }

  private Path older(int n) {
    return path.resolveSibling(path.getFileName() + "." + n);
  }

  private void flush() throws IOException {
    buffer.flip();
    try {
      long at = length;
      while (buffer.hasRemaining()) {
        at += channel.write(buffer, at);
      }
      length = at;
      buffer.clear();
    } catch (IOException e) {
      buffer.rewind();
      buffer.position(buffer.limit()).limit(buffer.capacity());
      channel.truncate(length);
      throw e;
    }
  }

  void sync() throws IOException {
    flush();
    channel.force(false);
  }

  void close() throws IOException {
    sync();
    channel.close();
  }
}
