// SPDX-License-Identifier: Apache-2.0
package io.logroute.demo;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Shows lines arriving: on a terminal a table that is drawn over itself, elsewhere one line a
 * second. Used by one thread.
 */
final class LiveView {

  private static final Duration TABLE_EVERY = Duration.ofMillis(250);
  private static final Duration LINE_EVERY = Duration.ofSeconds(1);
  private static final String ROW = "  %-10s %-18s %12s %12s %10s";

  private final PrintStream out;
  private final boolean terminal;
  private final long startNanos;
  private long shownNanos;
  private int drawnRows;
  private SortedMap<String, Long> before = new TreeMap<>();

  /**
   * A view that starts now.
   *
   * @param terminal whether {@code out} understands cursor movements
   */
  LiveView(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
    this.startNanos = System.nanoTime();
    this.shownNanos = startNanos;
  }

  /** Says one sentence above the table. */
  void say(String sentence) {
    drawnRows = 0;
    out.println(sentence);
  }

  /** Whether it is time to show something again. */
  boolean isDue() {
    Duration every = terminal ? TABLE_EVERY : LINE_EVERY;
    return System.nanoTime() - shownNanos >= every.toNanos();
  }

  /** Shows lines by {@code tenant/service}. */
  void show(SortedMap<String, Long> written, SortedMap<String, Long> received) {
    long now = System.nanoTime();
    double seconds = Math.max(1e-3, (now - shownNanos) / 1e9);
    if (terminal) {
      table(written, received, seconds);
    } else {
      line(written, received);
    }
    before = received;
    shownNanos = now;
  }

  private void table(
      SortedMap<String, Long> written, SortedMap<String, Long> received, double seconds) {
    StringBuilder text = new StringBuilder();
    if (drawnRows > 0) {
      text.append("\033[").append(drawnRows).append('A');
    }
    row(text, ROW.formatted("TENANT", "SERVICE", "WRITTEN", "RECEIVED", "LINES/S"));
    SortedSet<String> services = new TreeSet<>(written.keySet());
    services.addAll(received.keySet());
    for (String service : services) {
      String[] ids = service.split("/", 2);
      long count = received.getOrDefault(service, 0L);
      long rate = Math.round((count - before.getOrDefault(service, 0L)) / seconds);
      row(text, row(ids[0], ids[1], written.getOrDefault(service, 0L), count, rate));
    }
    long rate = Math.round((sum(received) - sum(before)) / seconds);
    row(text, row("all", "", sum(written), sum(received), rate));
    out.print(text);
    out.flush();
    drawnRows = services.size() + 2;
  }

  private static String row(String tenant, String service, long written, long count, long rate) {
    return ROW.formatted(tenant, service, number(written), number(count), number(rate));
  }

  private static void row(StringBuilder text, String row) {
    text.append(row).append("\033[K\n");
  }

  private void line(SortedMap<String, Long> written, SortedMap<String, Long> received) {
    StringBuilder text = new StringBuilder();
    text.append(
        "demo: %3d s, written %s, received %s:"
            .formatted(
                Duration.ofNanos(System.nanoTime() - startNanos).toSeconds(),
                number(sum(written)),
                number(sum(received))));
    for (Map.Entry<String, Long> service : received.entrySet()) {
      text.append(' ').append(service.getKey()).append(' ').append(number(service.getValue()));
    }
    out.println(text);
  }

  private static long sum(SortedMap<String, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  private static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
