// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.search;

import io.logroute.receiver.store.Block;
import io.logroute.receiver.store.FileId;
import io.logroute.receiver.store.StoreCatalog;
import io.logroute.receiver.store.StoredStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads what comes to the files of a service, from a position on. The files are the buffer: a
 * reader that is slow finds more each time, and when it is more than {@link #MAX_BEHIND_BYTES} it
 * is counted instead of read. A reader that comes back with its position is given more room, until
 * it has caught up. Used by one thread.
 */
public final class Follower {

  /** A reader that is further behind loses lines. */
  static final long MAX_BEHIND_BYTES = 32L << 20;

  /** A reader that comes back may be so far behind. */
  static final long MAX_AWAY_BYTES = 256L << 20;

  private static final long ROUND_BYTES = 1 << 20;
  private static final int CHUNK_BYTES = 256 * 1024;
  private static final int MAX_LINES_BYTES = 16 << 20;

  /** A stream that was silent for so long has no place in a position. */
  private static final Duration SILENT = Duration.ofHours(1);

  /**
   * What came since the last call.
   *
   * @param lines in the order of their times, but never out of the order of their file
   * @param dropped wanted lines that are not among them
   * @param hasMore whether more waits to be read
   */
  public record Batch(List<FoundLine> lines, long dropped, boolean hasMore) {}

  private record Timed(long nanos, FoundLine line) {}

  private record Rest(OpenPart file, long offset, long end) {}

  private static final class Cursor {
    private FollowPosition.Place place = FollowPosition.BEGINNING;
    private long seenBytes;
    private @Nullable Path seenFile;
    private @Nullable FileId seenId;
    private Instant changed = Instant.MIN;
    private long sinceNanos = Long.MIN_VALUE;
  }

  private final StoreCatalog catalog;
  private final FileIndex index;
  private final Query query;
  private final long beginNanos;
  private final Map<String, Cursor> cursors = new HashMap<>();
  private final Buffer buffer = new Buffer();

  private @Nullable FollowPosition resumed;
  private boolean caughtUp;
  private int turn;

  private Follower(LogSearch search, Query query, @Nullable FollowPosition resumed, Instant now) {
    this.catalog = search.catalog();
    this.index = search.index();
    this.query = query;
    this.resumed = resumed;
    this.beginNanos = resumed == null ? now.getEpochSecond() * 1_000_000_000 : resumed.beginNanos();
    this.caughtUp = resumed == null;
  }

  /** Follows from now on: what is in the files is behind it. */
  public static Follower fromNow(LogSearch search, Query query, Instant now) throws IOException {
    Follower follower = new Follower(search, query, null, now);
    for (StoredStream stream : follower.streams()) {
      Cursor cursor = new Cursor();
      follower.cursors.put(stream.name(), cursor);
      follower.goToEnd(stream, cursor);
    }
    return follower;
  }

  /** Follows from a position on, see {@link #position}; empty when the text is none. */
  public static Optional<Follower> from(LogSearch search, Query query, String position) {
    return FollowPosition.parse(position)
        .map(resumed -> new Follower(search, query, resumed, Instant.EPOCH));
  }

  /** All that was read or dropped by now is behind it; made of what {@link #from} takes. */
  public String position() {
    Instant silent = Instant.ofEpochSecond(beginNanos / 1_000_000_000).minus(SILENT);
    Map<Long, FollowPosition.Place> places = new HashMap<>();
    cursors.forEach(
        (name, cursor) -> {
          if (!cursor.changed.isBefore(silent)) {
            places.put(StreamHash.of(name), cursor.place);
          }
        });
    return new FollowPosition(beginNanos, places).text();
  }

  private List<StoredStream> streams() throws IOException {
    return catalog.streams(query.tenantId(), query.serviceId(), query::wants);
  }

  private void goToEnd(StoredStream stream, Cursor cursor) throws IOException {
    for (StoredStream.Part part : stream.parts().reversed()) {
      try (OpenPart file = OpenPart.open(part).orElse(null)) {
        if (file != null) {
          List<Block> blocks = index.blocks(file);
          long end = blocks.isEmpty() ? 0 : blocks.getLast().end();
          cursor.place = new FollowPosition.Place(file.id(), end);
          cursor.changed = lastWritten(file);
          return;
        }
      }
    }
  }

  /** Reads what came, some of it. */
  public Batch next() throws IOException {
    List<Timed> found = new ArrayList<>();
    Count count = new Count(found);
    List<StoredStream> streams = streams();
    Map<StoredStream, List<Rest>> rests = new LinkedHashMap<>();
    try {
      long behind = 0;
      for (StoredStream stream : streams) {
        Cursor cursor = cursors.computeIfAbsent(stream.name(), name -> cursor(stream));
        List<Rest> rest = rest(stream, cursor);
        if (!rest.isEmpty()) {
          rests.put(stream, rest);
          behind += rest.stream().mapToLong(each -> each.end() - each.offset()).sum();
        }
      }
      resumed = null;
      boolean tooMuch = behind > (caughtUp ? MAX_BEHIND_BYTES : MAX_AWAY_BYTES);
      long budget = tooMuch ? Long.MAX_VALUE : ROUND_BYTES;
      long share = Math.max(1, budget / Math.max(1, rests.size()));
      long read = 0;
      List<StoredStream> turns = new ArrayList<>(rests.keySet());
      Collections.rotate(turns, turn++);
      for (StoredStream stream : turns) {
        if (count.bytes < ROUND_BYTES) {
          Cursor cursor = cursors.getOrDefault(stream.name(), new Cursor());
          List<Rest> rest = rests.getOrDefault(stream, List.of());
          read += read(stream, cursor, rest, share, tooMuch, count);
        }
      }
      boolean hasMore = read > 0 && behind > read;
      caughtUp |= !hasMore;
      found.sort(Comparator.comparingLong(Timed::nanos));
      return new Batch(found.stream().map(Timed::line).toList(), count.dropped, hasMore);
    } finally {
      for (List<Rest> rest : rests.values()) {
        for (Rest each : rest) {
          each.file().close();
        }
      }
    }
  }

  /**
   * Of a stream that was not seen before: it is new. Only when a reader comes back it may also have
   * been silent when the position was made; then its lines of before that are none of its business.
   */
  private Cursor cursor(StoredStream stream) {
    Cursor cursor = new Cursor();
    FollowPosition position = resumed;
    FollowPosition.Place known =
        position == null ? null : position.places().get(StreamHash.of(stream.name()));
    cursor.changed = Instant.MAX;
    if (known != null) {
      cursor.place = known;
    } else if (position != null) {
      cursor.sinceNanos = beginNanos - SILENT.toNanos();
    }
    return cursor;
  }

  /** The files, and from where in them, that a stream has to be read of; the oldest first. */
  private List<Rest> rest(StoredStream stream, Cursor cursor) throws IOException {
    StoredStream.Part newest = stream.parts().getLast();
    if (isUnchanged(newest, cursor)) {
      return List.of();
    }
    List<Rest> rest = new ArrayList<>();
    for (StoredStream.Part part : stream.parts().reversed()) {
      Optional<OpenPart> opened = OpenPart.open(part);
      if (opened.isEmpty()) {
        continue;
      }
      OpenPart file = opened.get();
      boolean isPlace = file.id().equals(cursor.place.file());
      long offset = isPlace ? cursor.place.offset() : 0;
      long end = end(file);
      boolean isOld = !isPlace && lastWritten(file).isBefore(since(cursor));
      if (end > offset && !isOld) {
        rest.addFirst(new Rest(file, offset, end));
      } else {
        file.close();
      }
      if (isPlace || isOld) {
        break;
      }
    }
    if (rest.isEmpty()) {
      remember(newest, cursor);
    }
    return rest;
  }

  private static Instant since(Cursor cursor) {
    return cursor.sinceNanos == Long.MIN_VALUE
        ? Instant.MIN
        : Instant.ofEpochSecond(Math.floorDiv(cursor.sinceNanos, 1_000_000_000L));
  }

  private static Instant lastWritten(OpenPart file) throws IOException {
    try {
      return Files.getLastModifiedTime(file.path()).toInstant();
    } catch (NoSuchFileException e) {
      return Instant.MAX;
    }
  }

  private long end(OpenPart file) throws IOException {
    if (!file.isCompressed()) {
      return file.sizeBytes();
    }
    List<Block> blocks = index.blocks(file);
    return blocks.isEmpty() ? 0 : blocks.getLast().end();
  }

  private static boolean isUnchanged(StoredStream.Part newest, Cursor cursor) throws IOException {
    if (!newest.plain().equals(cursor.seenFile)) {
      return false;
    }
    try {
      if (Files.size(newest.plain()) != cursor.seenBytes) {
        return false;
      }
    } catch (NoSuchFileException e) {
      return false;
    }
    try (OpenPart file = OpenPart.open(newest).orElse(null)) {
      return file == null || file.id().equals(cursor.seenId);
    }
  }

  private static void remember(StoredStream.Part newest, Cursor cursor) throws IOException {
    try (OpenPart file = OpenPart.open(newest).orElse(null)) {
      cursor.seenFile = newest.plain();
      cursor.seenBytes = file == null ? 0 : file.sizeBytes();
      cursor.seenId = file == null ? null : file.id();
    }
  }

  /** Counts what is found, and keeps it while there is room. */
  private static final class Count {
    private final List<Timed> found;
    private long bytes;
    private long dropped;

    Count(List<Timed> found) {
      this.found = found;
    }
  }

  private long read(
      StoredStream stream,
      Cursor cursor,
      List<Rest> rests,
      long share,
      boolean onlyCount,
      Count count)
      throws IOException {
    long hash = StreamHash.of(stream.name());
    long[] latest = {Long.MIN_VALUE};
    long read = 0;
    for (Rest rest : rests) {
      long offset = rest.offset();
      LineFilter filter = new LineFilter(query.since(cursor.sinceNanos));
      while (offset < rest.end() && read < share) {
        long next =
            chunk(
                rest,
                offset,
                (start, bytes, length) ->
                    filter.find(
                        start,
                        bytes,
                        length,
                        (nanos, at, in, from, to) -> {
                          latest[0] = Math.max(latest[0], nanos);
                          LineKey key = new LineKey(nanos, hash, rest.file().id(), at);
                          if (onlyCount || count.bytes > MAX_LINES_BYTES) {
                            count.dropped++;
                          } else {
                            count.bytes += to - from;
                            count.found.add(
                                new Timed(latest[0], LogSearch.found(stream, key, in, from, to)));
                          }
                        }));
        if (next == offset) {
          break;
        }
        read += next - offset;
        offset = next;
        cursor.place = new FollowPosition.Place(rest.file().id(), offset);
        cursor.changed = Instant.MAX;
      }
    }
    return read;
  }

  /** Reads whole lines from an offset on; answers where they end. */
  private long chunk(Rest rest, long offset, OpenPart.Lines lines) throws IOException {
    if (rest.file().isCompressed()) {
      return block(rest.file(), offset, lines);
    }
    int size = CHUNK_BYTES;
    while (true) {
      int wanted = (int) Math.min(size, rest.end() - offset);
      byte[] bytes = buffer.of(wanted);
      int count = rest.file().read(offset, bytes, wanted);
      int end = count;
      while (end > 0 && bytes[end - 1] != '\n') {
        end--;
      }
      if (end > 0) {
        lines.take(offset, bytes, end);
        return offset + end;
      }
      if (count < size) {
        return offset;
      }
      size *= 2;
    }
  }

  private long block(OpenPart file, long offset, OpenPart.Lines lines) throws IOException {
    for (Block block : index.blocks(file)) {
      if (block.end() > offset) {
        file.read(
            block,
            buffer,
            (start, bytes, length) -> {
              int from = (int) Math.max(0, Math.min(length, offset - start));
              byte[] rest = from == 0 ? bytes : Arrays.copyOfRange(bytes, from, length);
              if (length > from) {
                lines.take(start + from, rest, length - from);
              }
            });
        return block.end();
      }
    }
    return offset;
  }
}
