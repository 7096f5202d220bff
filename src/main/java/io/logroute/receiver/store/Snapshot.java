// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import io.logroute.receiver.sink.StreamKey;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The file {@code +logroute/marks}: everything the store knew when its files were last brought to
 * the disk, and the number of the journal that goes on from there. Replaced as a whole.
 *
 * @param storeId made with the store
 * @param journal the one journal that has to be replayed
 * @param marks how far each stream is stored without it
 */
record Snapshot(UUID storeId, long journal, Marks marks) {

  private static final String NAME = "marks";
  private static final long MAGIC = 0x4C524D41_524B5331L;
  private static final int HEAD_BYTES = 5 * Long.BYTES;
  private static final int MARK_BYTES = 4 * Long.BYTES;

  static boolean exists(Path folder) {
    return Files.exists(folder.resolve(NAME));
  }

  /**
   * Writes it beside the old one, brings it to the disk, and only then takes the old one's name.
   */
  void write(Path folder) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(HEAD_BYTES + marks.all().size() * MARK_BYTES + Integer.BYTES);
    bytes.putLong(MAGIC).putLong(storeId.getMostSignificantBits());
    bytes.putLong(storeId.getLeastSignificantBits()).putLong(journal).putLong(marks.all().size());
    for (Map.Entry<StreamKey, Marks.Mark> mark : marks.all().entrySet()) {
      bytes.putLong(mark.getKey().high()).putLong(mark.getKey().low());
      bytes.putLong(mark.getValue().end()).putLong(mark.getValue().heardAt());
    }
    bytes.putInt(checksum(bytes.array(), bytes.position())).flip();
    Path unfinished = folder.resolve(NAME + ".tmp");
    try (FileChannel file =
        FileChannel.open(
            unfinished,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
      file.force(true);
    }
    Files.move(unfinished, folder.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
    Disk.force(folder);
  }

  /**
   * Reads it.
   *
   * @throws StoreException when it is damaged, which a crash does not do
   */
  static Snapshot read(Path folder) throws IOException, StoreException {
    Path path = folder.resolve(NAME);
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path));
    int end = bytes.capacity() - Integer.BYTES;
    try {
      if (end < HEAD_BYTES
          || bytes.getLong() != MAGIC
          || bytes.getInt(end) != checksum(bytes.array(), end)) {
        throw damaged(path);
      }
      UUID storeId = new UUID(bytes.getLong(), bytes.getLong());
      long journal = bytes.getLong();
      Marks marks = new Marks();
      for (long left = bytes.getLong(); left > 0; left--) {
        StreamKey stream = new StreamKey(bytes.getLong(), bytes.getLong());
        marks.reach(stream, bytes.getLong(), bytes.getLong());
      }
      return new Snapshot(storeId, journal, marks);
    } catch (BufferUnderflowException e) {
      throw damaged(path);
    }
  }

  private static StoreException damaged(Path path) {
    return new StoreException(
        ("cannot use %s: it is damaged; restore it, or move the whole folder %s away, after which"
                + " lines that agents send again are stored twice")
            .formatted(path, path.getParent()));
  }

  private static int checksum(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
