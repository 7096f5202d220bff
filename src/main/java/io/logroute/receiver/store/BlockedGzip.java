// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * A gzip file that every tool reads as one, and of which a part can be read alone: each block of
 * lines is a gzip member of its own, and behind them stand empty members whose extra field {@code
 * LR} lists the blocks with their times. The list is found from the end of the file: the last eight
 * bytes of the field are the length of its member and {@value #MAGIC}, and what follows on them is
 * always the same.
 */
public final class BlockedGzip {

  private static final int MAGIC = 0x4C524258;

  /** A file is a tenth larger than with the usual 6, at less than half the CPU. */
  private static final int LEVEL = 3;

  private static final int HEADER = 10;
  private static final int TRAILER = 8;
  private static final int FLAGS = 3;
  private static final byte HAS_EXTRA = 4;
  private static final byte[] PLAIN_HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

  /** An empty deflate stream, the checksum of nothing and its length. */
  private static final byte[] EMPTY_BODY = {3, 0, 0, 0, 0, 0, 0, 0, 0, 0};

  private static final int ENTRY = 3 * Integer.BYTES + 2 * Long.BYTES;
  private static final int FIELD_HEAD = 2 * Short.BYTES;
  private static final int LIST_HEAD = 2 * Long.BYTES + Integer.BYTES;
  private static final int LIST_TAIL = 2 * Integer.BYTES;
  private static final int MAX_ENTRIES = (65_000 - LIST_HEAD - LIST_TAIL) / ENTRY;

  /** No sound block is longer: it has one line more than {@link Block#BYTES} at most. */
  private static final int MAX_BLOCK_BYTES = 1 << 30;

  private BlockedGzip() {}

  /** Compresses lines; neither stream is closed. */
  public static void write(InputStream lines, OutputStream out) throws IOException {
    List<Block> blocks = new ArrayList<>();
    Deflater deflater = new Deflater(LEVEL, true);
    try {
      BlockInput input = new BlockInput(lines);
      byte[] member = {};
      long start = 0;
      long packed = 0;
      for (int length = input.next(); length > 0; length = input.next()) {
        int room = length + length / 8 + HEADER + TRAILER + 1024;
        member = member.length < room ? new byte[room] : member;
        int size = member(deflater, input.bytes(), length, member);
        out.write(member, 0, size);
        blocks.add(block(input.bytes(), length, start, packed, packed + size));
        start += length;
        packed += size;
      }
    } finally {
      deflater.end();
    }
    for (int from = 0; from < blocks.size(); from += MAX_ENTRIES) {
      out.write(list(blocks.subList(from, Math.min(blocks.size(), from + MAX_ENTRIES))));
    }
  }

  private static Block block(
      byte[] bytes, int length, long start, long packedStart, long packedEnd) {
    BlockList times = new BlockList();
    int seen = times.add(bytes, 0, length);
    long min = Long.MAX_VALUE;
    long max = Long.MIN_VALUE;
    int lines = seen < length ? 1 : 0;
    for (Block part : times.blocks()) {
      min = Math.min(min, part.minNanos());
      max = Math.max(max, part.maxNanos());
      lines += part.lines();
    }
    return new Block(start, start + length, min, max, lines, packedStart, packedEnd);
  }

  /** Answers how long it is; what deflate makes of bytes is at most a little longer than they. */
  private static int member(Deflater deflater, byte[] bytes, int length, byte[] into) {
    System.arraycopy(PLAIN_HEADER, 0, into, 0, HEADER);
    deflater.reset();
    deflater.setInput(bytes, 0, length);
    deflater.finish();
    int size = HEADER;
    while (!deflater.finished()) {
      size += deflater.deflate(into, size, into.length - TRAILER - size);
    }
    CRC32 crc = new CRC32();
    crc.update(bytes, 0, length);
    ByteBuffer trailer = ByteBuffer.wrap(into, size, TRAILER).order(ByteOrder.LITTLE_ENDIAN);
    trailer.putInt((int) crc.getValue()).putInt(length);
    return size + TRAILER;
  }

  private static byte[] list(List<Block> blocks) {
    int field = LIST_HEAD + blocks.size() * ENTRY + LIST_TAIL;
    int size = HEADER + Short.BYTES + FIELD_HEAD + field + EMPTY_BODY.length;
    ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(PLAIN_HEADER).put(FLAGS, HAS_EXTRA);
    bytes.putShort((short) (FIELD_HEAD + field)).put((byte) 'L').put((byte) 'R');
    bytes.putShort((short) field);
    bytes.putLong(blocks.getFirst().start()).putLong(blocks.getFirst().packedStart());
    bytes.putInt(blocks.size());
    for (Block block : blocks) {
      bytes.putInt((int) block.length()).putInt((int) (block.packedEnd() - block.packedStart()));
      bytes.putInt(block.lines()).putLong(block.minNanos()).putLong(block.maxNanos());
    }
    return bytes.putInt(size).putInt(MAGIC).put(EMPTY_BODY).array();
  }

  /**
   * The blocks of a compressed file; empty when it has no list of them, since something else
   * compressed it.
   */
  public static Optional<List<Block>> blocks(FileChannel file) throws IOException {
    List<Block> blocks = new ArrayList<>();
    long end = file.size();
    do {
      ByteBuffer list = listBefore(file, end);
      if (list == null) {
        return Optional.empty();
      }
      long start = list.getLong();
      long packed = list.getLong();
      int count = list.getInt();
      if (start < 0 || count < 1 || list.remaining() != count * ENTRY + LIST_TAIL) {
        return Optional.empty();
      }
      List<Block> part = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        int length = list.getInt();
        int packedLength = list.getInt();
        int lines = list.getInt();
        long min = list.getLong();
        part.add(
            new Block(
                start, start + length, min, list.getLong(), lines, packed, packed + packedLength));
        start += length;
        packed += packedLength;
      }
      if (!areSound(part, end)) {
        return Optional.empty();
      }
      blocks.addAll(0, part);
      end -= HEADER + Short.BYTES + FIELD_HEAD + list.capacity() + EMPTY_BODY.length;
    } while (blocks.getFirst().start() > 0);
    return Optional.of(blocks);
  }

  private static boolean areSound(List<Block> blocks, long end) {
    return blocks.stream()
        .allMatch(
            block ->
                block.length() > 0
                    && block.length() <= MAX_BLOCK_BYTES
                    && block.packedStart() >= 0
                    && block.packedEnd() - block.packedStart() > HEADER + TRAILER
                    && block.packedEnd() <= end);
  }

  private static @Nullable ByteBuffer listBefore(FileChannel file, long end) throws IOException {
    int tail = LIST_TAIL + EMPTY_BODY.length;
    if (end < tail) {
      return null;
    }
    ByteBuffer last = read(file, end - tail, tail);
    int size = last.getInt();
    boolean is =
        last.getInt() == MAGIC
            && Arrays.equals(last.array(), LIST_TAIL, tail, EMPTY_BODY, 0, EMPTY_BODY.length);
    int head = HEADER + Short.BYTES + FIELD_HEAD;
    if (!is || size < head + LIST_HEAD + tail || size > 70_000 || size > end) {
      return null;
    }
    return read(file, end - size + head, size - head - EMPTY_BODY.length);
  }

  private static ByteBuffer read(FileChannel file, long from, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining() && file.read(bytes, from + bytes.position()) >= 0) {
      continue;
    }
    return bytes.flip();
  }

  /**
   * Reads one block of a file that has a list of them.
   *
   * @param into has room for the block
   */
  public static void read(FileChannel file, Block block, byte[] into) throws IOException {
    int packed = (int) (block.packedEnd() - block.packedStart());
    ByteBuffer member = read(file, block.packedStart(), packed);
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(member.array(), HEADER, packed - HEADER - TRAILER);
      int at = 0;
      int length = (int) block.length();
      while (at < length) {
        int count = inflater.inflate(into, at, length - at);
        if (count == 0) {
          throw new IOException("a compressed block ends early");
        }
        at += count;
      }
    } catch (DataFormatException e) {
      throw new IOException("a compressed block is damaged: " + e.getMessage(), e);
    } finally {
      inflater.end();
    }
  }
}
