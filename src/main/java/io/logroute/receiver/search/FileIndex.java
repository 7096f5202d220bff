// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.search;

import io.logroute.receiver.store.Block;
import io.logroute.receiver.store.BlockIndex;
import io.logroute.receiver.store.BlockInput;
import io.logroute.receiver.store.BlockList;
import io.logroute.receiver.store.BlockedGzip;
import io.logroute.receiver.store.FileId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of the store's files, remembered as long as there is room. Used by any thread; two
 * that ask for the same file wait for each other, so that it is read once.
 */
final class FileIndex {

  private static final int MAX_BLOCKS = 200_000;

  /**
   * A plain file is known by its beginning, so that it is still known when it was rolled. Streams
   * of one folder may begin with the same line.
   */
  private record Key(Path stream, FileId id, boolean isCompressed, long sizeBytes) {}

  private static final class Entry {
    private @Nullable BlockList plain;
    private List<Block> blocks = List.of();
    private boolean isComplete;
  }

  private final Map<Key, Entry> entries = new LinkedHashMap<>(64, 0.75f, true);
  private final Map<Key, Integer> weights = new LinkedHashMap<>();
  private int weight;

  /** The blocks of all whole lines that the file has by now. */
  List<Block> blocks(OpenPart part) throws IOException {
    Key key =
        new Key(
            part.base(),
            part.id(),
            part.isCompressed(),
            part.isCompressed() ? part.sizeBytes() : 0);
    Entry entry;
    synchronized (entries) {
      entry = entries.computeIfAbsent(key, unknown -> new Entry());
    }
    List<Block> blocks;
    synchronized (entry) {
      if (part.isCompressed() && !entry.isComplete) {
        entry.blocks = compressed(part);
        entry.isComplete = true;
      } else if (!part.isCompressed()) {
        entry.blocks = extended(entry, part);
      }
      blocks = entry.blocks;
    }
    remember(key, blocks.size() + 1);
    return blocks;
  }

  private static List<Block> compressed(OpenPart part) throws IOException {
    Optional<List<Block>> listed = BlockedGzip.blocks(part.channel());
    return listed.isPresent() ? listed.get() : readThrough(part);
  }

  /** One block for all of it, since none can be read alone. */
  private static List<Block> readThrough(OpenPart part) throws IOException {
    BlockInput input = new BlockInput(part.plainBytes());
    BlockList list = new BlockList();
    for (int length = input.next(); length > 0; length = input.next()) {
      list.add(input.bytes(), 0, length);
    }
    return list.blocks().stream().reduce(FileIndex::joined).map(List::of).orElse(List.of());
  }

  private static Block joined(Block first, Block second) {
    return new Block(
        first.start(),
        second.end(),
        Math.min(first.minNanos(), second.minNanos()),
        Math.max(first.maxNanos(), second.maxNanos()),
        first.lines() + second.lines(),
        first.packedStart(),
        first.packedEnd());
  }

  private static List<Block> extended(Entry entry, OpenPart part) throws IOException {
    BlockList list = entry.plain;
    if (list == null) {
      list = BlockIndex.of(part.path(), part.channel(), part.id());
      entry.plain = list;
      entry.blocks = list.blocks();
    }
    long size = part.sizeBytes();
    if (size == list.end()) {
      return entry.blocks;
    }
    byte[] bytes = new byte[(int) Math.min(2L * Block.BYTES, Math.max(1, size - list.end()))];
    while (list.end() < size) {
      int count = part.read(list.end(), bytes, (int) Math.min(bytes.length, size - list.end()));
      int seen = list.add(bytes, 0, count);
      if (seen == 0 && count < bytes.length) {
        break;
      }
      if (seen == 0) {
        bytes = new byte[2 * bytes.length];
      }
    }
    return list.blocks();
  }

  private void remember(Key key, int size) {
    synchronized (entries) {
      Integer before = weights.put(key, size);
      weight += size - (before == null ? 0 : before);
      List<Key> eldest = new ArrayList<>();
      int over = weight - MAX_BLOCKS;
      for (Key each : entries.keySet()) {
        if (over <= 0 || each.equals(key)) {
          break;
        }
        eldest.add(each);
        over -= weights.getOrDefault(each, 0);
      }
      for (Key each : eldest) {
        entries.remove(each);
        Integer gone = weights.remove(each);
        weight -= gone == null ? 0 : gone;
      }
    }
  }
}
