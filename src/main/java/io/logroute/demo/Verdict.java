// SPDX-License-Identifier: Apache-2.0
package io.logroute.demo;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether what was written has arrived: every line of every log, once, in order, and nothing else.
 *
 * @param written lines written in all
 * @param received lines that the receiver's files hold in all
 * @param differences the logs that did not arrive as they were written
 * @param foreign lines that belong to no log at all
 */
record Verdict(long written, long received, List<Difference> differences, long foreign) {

  /**
   * How what arrived of a log differs from what was written.
   *
   * @param lost lines that did not arrive, by their number from 1
   * @param surplus lines that arrived though they were not written, or more often than that
   * @param disordered whether the order is another though no line is missing or too many
   */
  record Difference(
      WrittenLog log, long received, List<Integer> lost, long surplus, boolean disordered) {}

  /** A log as it was written and as the receiver's files hold it. */
  record Pair(WrittenLog written, LineSequence received) {}

  /**
   * Compares all logs.
   *
   * @param received lines that the receiver has stored in all
   */
  static Verdict of(List<Pair> logs, long received) {
    List<Difference> differences = new ArrayList<>();
    long written = 0;
    long found = 0;
    for (Pair log : logs) {
      written += log.written().lines().size();
      found += log.received().size();
      if (!log.written().lines().sameAs(log.received())) {
        differences.add(difference(log));
      }
    }
    long foreign = received - found;
    return new Verdict(written, received, differences, foreign);
  }

  private static Difference difference(Pair log) {
    LineSequence written = log.written().lines();
    LineSequence received = log.received();
    Map<Long, Integer> arrived = new HashMap<>();
    for (int i = 0; i < received.size(); i++) {
      arrived.merge(received.at(i), 1, Integer::sum);
    }
    List<Integer> lost = new ArrayList<>();
    for (int i = 0; i < written.size(); i++) {
      if (!takeOne(arrived, written.at(i))) {
        lost.add(i + 1);
      }
    }
    long surplus = arrived.values().stream().mapToLong(Integer::longValue).sum();
    return new Difference(
        log.written(), received.size(), lost, surplus, lost.isEmpty() && surplus == 0);
  }

  private static boolean takeOne(Map<Long, Integer> arrived, long hash) {
    Integer left = arrived.get(hash);
    if (left == null) {
      return false;
    }
    if (left == 1) {
      arrived.remove(hash);
    } else {
      arrived.put(hash, left - 1);
    }
    return true;
  }

  /** Whether everything arrived as it was written. */
  boolean isGood() {
    return differences.isEmpty() && foreign == 0 && written == received;
  }

  /** The last words of the demo: one line when all is well, else the ledger by container. */
  List<String> report() {
    if (isGood()) {
      return List.of("demo: written %d lines = received %d lines".formatted(written, received));
    }
    List<String> report = new ArrayList<>();
    for (Difference difference : differences) {
      report.add("demo: " + sentence(difference));
    }
    if (foreign != 0) {
      report.add("demo: %d lines arrived that belong to no container".formatted(foreign));
    }
    report.add("demo: written %d lines, received %d lines".formatted(written, received));
    return report;
  }

  private static String sentence(Difference difference) {
    WrittenLog log = difference.log();
    StringBuilder text = new StringBuilder();
    text.append(
        "%s (%s/%s, tag %s): written %d, received %d"
            .formatted(
                log.origin(),
                log.tenantId(),
                log.serviceId(),
                log.tag(),
                log.lines().size(),
                difference.received()));
    if (!difference.lost().isEmpty()) {
      text.append(", lost ").append(difference.lost().size()).append(": line ");
      text.append(ranges(difference.lost()));
    }
    if (difference.surplus() > 0) {
      text.append(", repeated or changed ").append(difference.surplus());
    }
    if (difference.disordered()) {
      text.append(", in another order");
    }
    return text.toString();
  }

  /** {@code 1-3, 7, 9-12}, at most a handful. */
  private static String ranges(List<Integer> numbers) {
    StringBuilder text = new StringBuilder();
    int at = 0;
    for (int shown = 0; at < numbers.size(); shown++) {
      if (shown == 5) {
        return text.append(", …").toString();
      }
      int first = numbers.get(at);
      int last = first;
      while (++at < numbers.size() && numbers.get(at) == last + 1) {
        last++;
      }
      text.append(text.isEmpty() ? "" : ", ").append(first);
      text.append(last > first ? "-" + last : "");
    }
    return text.toString();
  }
}
