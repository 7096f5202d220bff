// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.search;

import io.logroute.receiver.store.Block;
import io.logroute.receiver.store.FileId;
import io.logroute.receiver.store.StoreCatalog;
import io.logroute.receiver.store.StoredLog;
import io.logroute.receiver.store.StoredStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** Searches the store, page by page. Used by any thread. */
public final class LogSearch {

  /** Which lines come first. */
  public enum Order {
    ASC,
    DESC
  }

  /** Bytes of the lines of a page; a longer line is a page of its own. */
  private static final long MAX_PAGE_BYTES = 4L << 20;

  private final StoreCatalog catalog;
  private final FileIndex index;
  private final Duration patience;

  /**
   * @param patience after this time a search answers with what it has, and where to go on
   */
  public LogSearch(StoreCatalog catalog, Duration patience) {
    this(catalog, new FileIndex(), patience);
  }

  LogSearch(StoreCatalog catalog, FileIndex index, Duration patience) {
    this.catalog = catalog;
    this.index = index;
    this.patience = patience;
  }

  FileIndex index() {
    return index;
  }

  StoreCatalog catalog() {
    return catalog;
  }

  /** A block with the file that it stands in. */
  record Place(StoredStream stream, int part, FileId file, Block block) {}

  /**
   * The next page.
   *
   * @param after where the page before ended; null: from the beginning
   * @throws IllegalArgumentException when {@code after} is no such place
   */
  public Page page(Query query, Order order, int limit, @Nullable String after) throws IOException {
    LineKey begin = after == null ? null : key(after);
    return new Run(query, order, limit, begin).page();
  }

  /** Whether a text is a place that {@link #page} takes. */
  public static boolean isPlace(String text) {
    return LineKey.parse(text).isPresent();
  }

  /** The time of a place, in nanoseconds since 1970. */
  public static long nanosOf(String place) {
    return key(place).nanos();
  }

  /** The place right before this one in ascending order, so that a page may begin with it. */
  public static String before(String place) {
    LineKey key = key(place);
    return new LineKey(key.nanos(), key.stream(), key.file(), key.offset() - 1).text();
  }

  /** The place right behind this one in ascending order. */
  public static String behind(String place) {
    LineKey key = key(place);
    return new LineKey(key.nanos(), key.stream(), key.file(), key.offset() + 1).text();
  }

  private static LineKey key(String text) {
    return LineKey.parse(text)
        .orElseThrow(() -> new IllegalArgumentException("no place of a line: " + text));
  }

  /** All blocks of a service that may hold wanted lines. */
  List<Place> places(Query query) throws IOException {
    try (Together together = new Together()) {
      return places(query, together);
    }
  }

  private List<Place> places(Query query, Together together) throws IOException {
    List<Callable<List<Place>>> looks = new ArrayList<>();
    for (StoredStream stream : catalog.streams(query.tenantId(), query.serviceId(), query::wants)) {
      for (int part = 0; part < stream.parts().size(); part++) {
        int number = part;
        looks.add(() -> places(query, stream, number));
      }
    }
    List<Place> places = new ArrayList<>();
    together.all(looks).forEach(places::addAll);
    return places;
  }

  private List<Place> places(Query query, StoredStream stream, int part) throws IOException {
    Optional<OpenPart> open = OpenPart.open(stream.parts().get(part));
    if (open.isEmpty()) {
      return List.of();
    }
    List<Place> places = new ArrayList<>();
    try (OpenPart file = open.get()) {
      for (Block block : index.blocks(file)) {
        if (block.maxNanos() >= query.sinceNanos() && block.minNanos() < query.untilNanos()) {
          places.add(new Place(stream, part, file.id(), block));
        }
      }
    }
    return places;
  }

  private record Opened(OpenPart file, Place place) {}

  private final class Run {
    private final Query query;
    private final Order order;
    private final @Nullable LineKey after;
    private final LineKey begin;
    private final Comparator<LineKey> keys;
    private final BestLines best;
    private final int limit;
    private final List<Looker> lookers = new ArrayList<>();

    Run(Query query, Order order, int limit, @Nullable LineKey after) {
      this.query = query;
      this.order = order;
      this.after = after;
      this.keys = order == Order.ASC ? Comparator.naturalOrder() : Comparator.reverseOrder();
      this.begin =
          after != null
              ? after
              : order == Order.ASC
                  ? LineKey.after(query.sinceNanos())
                  : LineKey.before(query.untilNanos());
      this.limit = limit;
      this.best = new BestLines(keys, limit, MAX_PAGE_BYTES);
      for (int i = 0; i < (query.contains() == null ? 1 : Together.THREADS); i++) {
        lookers.add(new Looker());
      }
    }

    Page page() throws IOException {
      long deadlineNanos = System.nanoTime() + patience.toNanos();
      try (Together together = new Together();
          OpenParts files = new OpenParts(catalog, index, query)) {
        List<Place> places = places(query, together);
        places.removeIf(place -> after != null && keys.compare(lastOf(place.block()), after) <= 0);
        places.sort(Comparator.comparing(place -> firstOf(place.block()), keys));
        int blocks = lookers.size();
        int at = 0;
        while (at < places.size()) {
          LineKey first = firstOf(places.get(at).block());
          if (!best.accepts(first)) {
            break;
          }
          if (isFurther(first) && System.nanoTime() > deadlineNanos) {
            best.endAt(first);
            break;
          }
          int end = Math.min(places.size(), at + blocks);
          boolean found = look(together, files, places.subList(at, end));
          blocks = found ? lookers.size() : Math.min(2 * blocks, OpenParts.MAX_OPEN);
          at = end;
        }
      }
      return result();
    }

    /** Whether a search that ends here has come further than the one before it. */
    private boolean isFurther(LineKey first) {
      return keys.compare(first, begin) > 0;
    }

    private LineKey firstOf(Block block) {
      return order == Order.ASC
          ? LineKey.before(block.minNanos())
          : LineKey.after(block.maxNanos());
    }

    private LineKey lastOf(Block block) {
      return order == Order.ASC
          ? LineKey.after(block.maxNanos())
          : LineKey.before(block.minNanos());
    }

    /**
     * Looks at blocks at the same time: mostly none of them has the text, and then the next group
     * is a larger one.
     *
     * @return whether something was found
     */
    private boolean look(Together together, OpenParts files, List<Place> group) throws IOException {
      Queue<Opened> waiting = new ConcurrentLinkedQueue<>();
      for (Place place : group) {
        OpenPart file = files.of(place);
        if (file != null) {
          waiting.add(new Opened(file, place));
        }
      }
      List<Callable<BestLines>> looks = new ArrayList<>();
      for (Looker looker : lookers.subList(0, Math.min(waiting.size(), lookers.size()))) {
        looks.add(() -> looker.look(files, waiting));
      }
      boolean any = false;
      for (BestLines found : together.all(looks)) {
        any |= !found.lines().isEmpty();
        best.addAll(found);
      }
      return any;
    }

    /** Looks at one block after the other. Used by one thread at a time. */
    private final class Looker {
      private final LineFilter filter = new LineFilter(query);
      private final Buffer buffer = new Buffer();

      /** The best lines of the blocks that it got hold of. */
      BestLines look(OpenParts files, Queue<Opened> waiting) throws IOException {
        BestLines found = new BestLines(keys, limit, MAX_PAGE_BYTES);
        for (Opened next = waiting.poll(); next != null; next = waiting.poll()) {
          look(files, next.file(), next.place(), found);
        }
        return found;
      }

      private void look(OpenParts files, OpenPart file, Place place, BestLines found)
          throws IOException {
        long stream = StreamHash.of(place.stream().name());
        files.read(
            file,
            place.block(),
            buffer,
            (start, bytes, length) ->
                filter.find(
                    start,
                    bytes,
                    length,
                    (nanos, offset, in, from, to) -> {
                      LineKey key = new LineKey(nanos, stream, file.id(), offset);
                      if (isWanted(key) && found.accepts(key)) {
                        found.add(key, found(place.stream(), key, in, from, to));
                      }
                    }));
      }
    }

    /** Of the page as it was before this group of blocks. */
    private boolean isWanted(LineKey key) {
      return (after == null || keys.compare(key, after) > 0) && best.accepts(key);
    }

    private Page result() {
      List<BestLines.Placed> lines = best.lines();
      return new Page(
          lines.stream().map(BestLines.Placed::line).toList(),
          best.isCut() ? next(lines) : null,
          lookers.stream().mapToLong(looker -> looker.filter.scannedBytes()).sum());
    }

    /** Behind the last line, or where looking ended without one. */
    private String next(List<BestLines.Placed> lines) {
      LineKey end = best.lookedUpTo();
      return end != null ? end.text() : lines.getLast().key().text();
    }
  }

  static FoundLine found(StoredStream stream, LineKey key, byte[] bytes, int from, int to) {
    return new FoundLine(
        key.text(),
        key.nanos(),
        stream.origin(),
        StoredLog.stream(bytes, from, to),
        StoredLog.content(bytes, from, to),
        StoredLog.isTruncated(bytes, from, to));
  }
}
