// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.search;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * How many lines a service has in each of equal spans of time, whatever they hold. A block that
 * lies in one span is counted by its index; of those that do not, so many are read as there is time
 * for, and the lines of the rest are spread evenly over the block's time.
 */
public final class Histogram {

  private static final int MAX_READ_BLOCKS = 256;

  private Histogram() {}

  /**
   * Counts lines from {@code query.sinceNanos} to {@code query.untilNanos}.
   *
   * @param spans how many
   */
  public static List<Long> of(LogSearch search, Query query, int spans) throws IOException {
    double[] counts = new double[spans];
    List<LogSearch.Place> divided = new ArrayList<>();
    long since = query.sinceNanos();
    long span = Math.max(1, (query.untilNanos() - since) / spans);
    for (LogSearch.Place place : search.places(query)) {
      long first = place.block().minNanos();
      long last = place.block().maxNanos();
      boolean isInside = first >= since && last < query.untilNanos();
      if (isInside && (first - since) / span == (last - since) / span && query.stream() == null) {
        counts[at(first - since, span, spans)] += place.block().lines();
      } else {
        divided.add(place);
      }
    }
    divided.sort(Comparator.comparingLong((LogSearch.Place each) -> width(each)).reversed());
    int exact = Math.min(divided.size(), MAX_READ_BLOCKS);
    read(search, query, divided.subList(0, exact), counts, span);
    for (LogSearch.Place place : divided.subList(exact, divided.size())) {
      spread(place, query, counts, span);
    }
    return Arrays.stream(counts).mapToObj(Math::round).toList();
  }

  private static long width(LogSearch.Place place) {
    return place.block().maxNanos() - place.block().minNanos();
  }

  private static int at(long nanos, long span, int spans) {
    return (int) Math.clamp(nanos / span, 0, spans - 1);
  }

  private static void read(
      LogSearch search, Query query, List<LogSearch.Place> places, double[] counts, long span)
      throws IOException {
    LineFilter filter = new LineFilter(query);
    Buffer buffer = new Buffer();
    try (OpenParts files = new OpenParts(search.catalog(), search.index(), query)) {
      for (LogSearch.Place place : places) {
        OpenPart file = files.of(place);
        if (file != null) {
          files.read(
              file,
              place.block(),
              buffer,
              (start, bytes, length) ->
                  filter.find(
                      start,
                      bytes,
                      length,
                      (nanos, offset, in, from, to) ->
                          counts[at(nanos - query.sinceNanos(), span, counts.length)]++));
        }
      }
    }
  }

  private static void spread(LogSearch.Place place, Query query, double[] counts, long span) {
    long since = query.sinceNanos();
    int first = at(Math.max(0, place.block().minNanos() - since), span, counts.length);
    int last = at(place.block().maxNanos() - since, span, counts.length);
    for (int i = first; i <= last; i++) {
      counts[i] += (double) place.block().lines() / (last - first + 1);
    }
  }
}
