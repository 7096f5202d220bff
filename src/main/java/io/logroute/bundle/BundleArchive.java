// SPDX-License-Identifier: Apache-2.0
package io.logroute.bundle;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.zip.GZIPOutputStream;

/**
 * A gzipped tar in the POSIX form of 1988, readable by its owner alone. All files are in one folder
 * of the archive's name, and carry one time.
 */
final class BundleArchive implements Closeable {

  private static final int BLOCK = 512;
  private static final int MAX_NAME = 100;
  private static final int MAX_PREFIX = 155;

  private final String folder;
  private final long epochSeconds;
  private final OutputStream out;

  /**
   * Begins an archive.
   *
   * @throws IOException when the file is there already or cannot be made
   */
  BundleArchive(Path file, String folder, Instant time) throws IOException {
    this.folder = folder;
    this.epochSeconds = time.getEpochSecond();
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    this.out = new GZIPOutputStream(new BufferedOutputStream(Files.newOutputStream(file)));
  }

  /** Adds a file, {@code /} in its name between folders. */
  void add(String name, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    String path = folder + "/" + name;
    int slash = path.lastIndexOf('/');
    out.write(header(path.substring(0, slash), path.substring(slash + 1), bytes.length));
    out.write(bytes);
    out.write(new byte[(BLOCK - bytes.length % BLOCK) % BLOCK]);
  }

  private byte[] header(String prefix, String name, long size) {
    byte[] block = new byte[BLOCK];
    put(block, 0, name, MAX_NAME);
    put(block, 100, "0000600", 8);
    put(block, 108, "0000000", 8);
    put(block, 116, "0000000", 8);
    put(block, 124, "%011o".formatted(size), 12);
    put(block, 136, "%011o".formatted(epochSeconds), 12);
    put(block, 148, "        ", 8);
    put(block, 156, "0", 1);
    put(block, 257, "ustar", 6);
    put(block, 263, "00", 2);
    put(block, 345, prefix, MAX_PREFIX);
    int sum = 0;
    for (byte b : block) {
      sum += b & 0xFF;
    }
    put(block, 148, "%06o\0 ".formatted(sum), 8);
    return block;
  }

  private static void put(byte[] block, int offset, String text, int length) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(bytes, 0, block, offset, Math.min(length, bytes.length));
  }

  @Override
  public void close() throws IOException {
    out.write(new byte[2 * BLOCK]);
    out.close();
  }
}
