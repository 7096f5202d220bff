// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.search;

import io.logroute.receiver.store.Block;
import io.logroute.receiver.store.FileId;
import io.logroute.receiver.store.StoreCatalog;
import io.logroute.receiver.store.StoredStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The files that a search has open at the moment, a few at a time. Finds a file again that was
 * rolled or compressed since the search began. Used by one thread, but that {@link #read} may be
 * called by several for the last {@link #MAX_OPEN} files that were asked for.
 */
final class OpenParts implements AutoCloseable {

  /** So many blocks may be read at a time, each of another file if need be. */
  static final int MAX_OPEN = 32;

  /** Files of different streams may begin with the same line. */
  private record Key(String stream, FileId file) {}

  private final StoreCatalog catalog;
  private final FileIndex index;
  private final Query query;
  private final LinkedHashMap<Key, OpenPart> open = new LinkedHashMap<>(16, 0.75f, true);

  OpenParts(StoreCatalog catalog, FileIndex index, Query query) {
    this.catalog = catalog;
    this.index = index;
    this.query = query;
  }

  /** The file of a place; null when it is gone. */
  @Nullable OpenPart of(LogSearch.Place place) throws IOException {
    Key key = new Key(place.stream().name(), place.file());
    OpenPart known = open.get(key);
    if (known != null) {
      return known;
    }
    OpenPart found = reopened(place);
    if (found != null) {
      if (open.size() >= MAX_OPEN) {
        open.pollFirstEntry().getValue().close();
      }
      open.put(key, found);
    }
    return found;
  }

  private @Nullable OpenPart reopened(LogSearch.Place place) throws IOException {
    OpenPart same = opened(place.stream().parts().get(place.part()), place.file());
    return same != null ? same : searched(place);
  }

  private static @Nullable OpenPart opened(StoredStream.Part part, FileId wanted)
      throws IOException {
    Optional<OpenPart> opened = OpenPart.open(part);
    if (opened.isPresent() && !opened.get().id().equals(wanted)) {
      opened.get().close();
      return null;
    }
    return opened.orElse(null);
  }

  private @Nullable OpenPart searched(LogSearch.Place place) throws IOException {
    for (StoredStream now :
        catalog.streams(query.tenantId(), query.serviceId(), place.stream().origin()::equals)) {
      for (StoredStream.Part part : now.parts().reversed()) {
        OpenPart found =
            now.name().equals(place.stream().name()) ? opened(part, place.file()) : null;
        if (found != null) {
          return found;
        }
      }
    }
    return null;
  }

  /** Reads the lines of a block, also when the file has been compressed since the block was cut. */
  void read(OpenPart file, Block block, Buffer buffer, OpenPart.Lines lines) throws IOException {
    if (!file.isCompressed() || block.isPacked()) {
      file.read(block, buffer, lines);
      return;
    }
    for (Block packed : index.blocks(file)) {
      if (packed.start() < block.end() && packed.end() > block.start()) {
        file.read(packed, buffer, within(block, lines));
      }
    }
  }

  private static OpenPart.Lines within(Block block, OpenPart.Lines lines) {
    return (start, bytes, length) -> {
      int from = (int) Math.max(0, Math.min(length, block.start() - start));
      int to = (int) Math.max(0, Math.min(length, block.end() - start));
      if (from < to) {
        System.arraycopy(bytes, from, bytes, 0, to - from);
        lines.take(start + from, bytes, to - from);
      }
    };
  }

  @Override
  public void close() throws IOException {
    for (OpenPart each : open.values()) {
      each.close();
    }
  }
}
