// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.MemoryCentre.Arrival;
import io.logroute.agent.MemoryCentre.Reading;
import io.logroute.agent.kubelet.FakeContainer;
import io.logroute.agent.kubelet.FakeNode;
import io.logroute.agent.kubelet.WrittenFile;
import io.logroute.agent.kubelet.WrittenRecord;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Holds what arrived by one route to what was written: every line's bytes are those of its records,
 * it begins where a line begins and ends where one ends or may be given up, order holds within a
 * reading, repeats are excused, and what is owed arrived.
 */
final class DeliveryCheck {

  /** A partial line that nothing follows goes out after this. */
  private static final long PARTIAL_NANOS = 30_000_000_000L;

  private final FakeNode node;
  private final Obligations obligations;
  private final String route;
  private final boolean storedOnce;
  private final boolean delivers;
  private final Set<Arrival> repeatable;
  private final Set<Arrival> possiblyLost;
  private final Map<WrittenRecord, Arrival> arrivedAs = new HashMap<>();
  private final Map<String, WrittenRecord> lastOfReading = new HashMap<>();
  private final Map<String, FakeContainer> containers = new HashMap<>();
  private final Map<String, WrittenFile> filesByHead = new HashMap<>();
  private final Map<WrittenFile, Map<Long, WrittenRecord>> byEnd = new HashMap<>();
  private final Map<WrittenRecord, Integer> places = new HashMap<>();

  /**
   * @param storedOnce the centre stores a line once, whatever happens
   * @param delivers the route leaves out nothing that can be read
   * @param repeatable what may arrive again, as its position was not on disk when the agent died
   * @param possiblyLost what a broken connection cost
   */
  DeliveryCheck(
      FakeNode node,
      Obligations obligations,
      String route,
      boolean storedOnce,
      boolean delivers,
      Set<Arrival> repeatable,
      Set<Arrival> possiblyLost) {
    this.node = node;
    this.obligations = obligations;
    this.route = route;
    this.storedOnce = storedOnce;
    this.delivers = delivers;
    this.repeatable = repeatable;
    this.possiblyLost = possiblyLost;
    for (FakeContainer container : node.containers()) {
      containers.put(container.key(), container);
      place(container.records(false));
      place(container.records(true));
    }
    for (WrittenFile file : node.files()) {
      if (file.headHash() != 0) {
        filesByHead.put(head(file.container().key(), file.restart(), file.headHash()), file);
      }
    }
  }

  private void place(List<WrittenRecord> stream) {
    for (int i = 0; i < stream.size(); i++) {
      WrittenRecord written = stream.get(i);
      places.put(written, i);
      byEnd.computeIfAbsent(written.file(), unused -> new HashMap<>()).put(written.end(), written);
    }
  }

  private int placeOf(WrittenRecord written) {
    return Objects.requireNonNull(places.get(written));
  }

  private List<WrittenRecord> streamOf(Arrival arrival) {
    return Objects.requireNonNull(containers.get(arrival.container())).records(arrival.stderr());
  }

  private static String head(String container, int restart, long hash) {
    return container + "|" + restart + "|" + hash;
  }

  /** Holds all that arrived to what was written. */
  void checkArrived(List<Arrival> arrived) {
    for (Arrival arrival : arrived) {
      if (arrival.route().equals(route) && !isBeginningOfLost(arrival)) {
        List<WrittenRecord> records = recordsOf(arrival);
        checkEnds(arrival, records);
        checkOrder(arrival, records.getFirst());
        checkRepeats(arrival, records);
      }
    }
    for (Arrival lost : possiblyLost) {
      if (lost.route().equals(route)) {
        recordsOf(lost).forEach(written -> arrivedAs.putIfAbsent(written, lost));
      }
    }
  }

  /** Holds what is owed to what arrived; after that. */
  void checkOwed() {
    for (FakeContainer container : node.containers()) {
      checkOwed(container.records(false));
      checkOwed(container.records(true));
    }
  }

  /** Whether a record arrived, or was in flight on a connection that broke; after the check. */
  boolean hasArrived(WrittenRecord written) {
    return arrivedAs.containsKey(written);
  }

  /** A record longer than a read buffer ends where its file was given up; its rest is told. */
  private boolean isBeginningOfLost(Arrival arrival) {
    WrittenFile file =
        filesByHead.get(head(arrival.container(), arrival.restart(), arrival.generation()));
    if (file == null || obligations.isOwed(file, route)) {
      return false;
    }
    for (WrittenRecord written : file.records()) {
      if (isBeginningOf(written, arrival)) {
        arrivedAs.put(written, arrival);
        piecesBefore(written, arrival).forEach(piece -> arrivedAs.put(piece, arrival));
        return true;
      }
    }
    return false;
  }

  /** The partial records with which a line began that ends within a record. */
  private List<WrittenRecord> piecesBefore(WrittenRecord cut, Arrival arrival) {
    List<WrittenRecord> stream = streamOf(arrival);
    List<WrittenRecord> pieces = new ArrayList<>();
    int left = arrival.line().length - beginningBytes(cut, arrival);
    for (int place = placeOf(cut) - 1; place >= 0 && left > 0; place--) {
      WrittenRecord before = stream.get(place);
      if (!before.partial() || !endsWith(Arrays.copyOf(arrival.line(), left), before.content())) {
        break;
      }
      pieces.add(before);
      left -= before.content().length;
    }
    return pieces;
  }

  private static int beginningBytes(WrittenRecord cut, Arrival arrival) {
    int headerBytes = cut.length() - cut.content().length - 1;
    return (int) (arrival.end() - cut.offset() - headerBytes);
  }

  private static boolean isBeginningOf(WrittenRecord written, Arrival arrival) {
    int bytes = beginningBytes(written, arrival);
    return bytes > 0
        && arrival.end() < written.end()
        && written.stderr() == arrival.stderr()
        && endsWith(arrival.line(), Arrays.copyOf(written.content(), bytes));
  }

  private List<WrittenRecord> recordsOf(Arrival arrival) {
    WrittenRecord last = lastRecordOf(arrival);
    List<WrittenRecord> all = adjacentRecords(arrival, last);
    if (!Arrays.equals(bytesOf(all), arrival.line())) {
      all = recordsAcrossGaps(arrival, last);
    }
    if (!Arrays.equals(bytesOf(all), arrival.line())) {
      throw violation(arrival, "its bytes are not those of " + all);
    }
    return all;
  }

  /** The records of a line, found from its end. */
  private List<WrittenRecord> adjacentRecords(Arrival arrival, WrittenRecord last) {
    List<WrittenRecord> stream = streamOf(arrival);
    Deque<WrittenRecord> records = new ArrayDeque<>();
    records.addFirst(last);
    int length = last.content().length;
    int place = placeOf(last);
    while (place > 0
        && (length < arrival.line().length || startsEarlier(arrival, records.getFirst()))) {
      WrittenRecord before = stream.get(--place);
      records.addFirst(before);
      length += before.content().length;
    }
    return new ArrayList<>(records);
  }

  /** The same, where nobody can know that there was something between, as it was gone unseen. */
  private List<WrittenRecord> recordsAcrossGaps(Arrival arrival, WrittenRecord last) {
    List<WrittenRecord> stream = streamOf(arrival);
    Deque<WrittenRecord> records = new ArrayDeque<>();
    records.addFirst(last);
    int left = arrival.line().length - last.content().length;
    for (int place = placeOf(last) - 1; place >= 0 && left > 0; place--) {
      WrittenRecord before = stream.get(place);
      byte[] beginning = Arrays.copyOf(arrival.line(), left);
      if (before.partial() && endsWith(beginning, before.content())) {
        records.addFirst(before);
        left -= before.content().length;
      } else if (obligations.isOwed(before.file(), route)) {
        break;
      }
    }
    return new ArrayList<>(records);
  }

  private static byte[] bytesOf(List<WrittenRecord> records) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    records.forEach(written -> bytes.writeBytes(written.content()));
    return bytes.toByteArray();
  }

  private static boolean startsEarlier(Arrival arrival, WrittenRecord first) {
    return !arrival.carried() && first.offset() > arrival.start();
  }

  private WrittenRecord lastRecordOf(Arrival arrival) {
    FakeContainer container = containers.get(arrival.container());
    if (container == null) {
      throw violation(arrival, "there is no such container");
    }
    if (arrival.generation() == 0) {
      for (WrittenRecord written : container.records(arrival.stderr())) {
        if (written.file().restart() == arrival.restart()
            && written.end() == arrival.end()
            && endsWith(arrival.line(), written.content())) {
          return written;
        }
      }
      throw violation(arrival, "no file without a first record has it");
    }
    WrittenFile file =
        filesByHead.get(head(arrival.container(), arrival.restart(), arrival.generation()));
    if (file == null) {
      throw violation(arrival, "no file begins so");
    }
    WrittenRecord last = byEnd.getOrDefault(file, Map.of()).get(arrival.end());
    if (last == null || last.stderr() != arrival.stderr()) {
      throw violation(arrival, "no record of its stream ends there in " + file);
    }
    return last;
  }

  private static boolean endsWith(byte[] line, byte[] end) {
    return line.length >= end.length
        && Arrays.equals(line, line.length - end.length, line.length, end, 0, end.length);
  }

  private void checkEnds(Arrival arrival, List<WrittenRecord> records) {
    if (arrival.truncated()) {
      throw violation(arrival, "it was cut");
    }
    for (WrittenRecord written : records.subList(0, records.size() - 1)) {
      if (!written.partial()) {
        throw violation(arrival, "it goes on behind the end of a line, " + written);
      }
    }
    WrittenRecord last = records.getLast();
    if (last.partial() && !mayEndWith(last)) {
      throw violation(arrival, "it ends within a line, with " + last);
    }
    int place = placeOf(records.getFirst());
    if (place > 0 && delivers) {
      WrittenRecord before = streamOf(arrival).get(place - 1);
      boolean begins =
          !before.partial() || mayEndWith(before) || !obligations.isOwed(before.file(), route);
      if (!begins) {
        throw violation(arrival, "it begins within a line, behind " + before);
      }
    }
  }

  private boolean mayEndWith(WrittenRecord partial) {
    FakeContainer container = partial.file().container();
    List<WrittenRecord> stream = container.records(partial.stderr());
    int next = placeOf(partial) + 1;
    return next == stream.size()
        || stream.get(next).file().restart() != partial.file().restart()
        || stream.get(next).atNanos() - partial.atNanos() >= PARTIAL_NANOS
        || isGapBetween(partial.file(), stream.get(next).file());
  }

  /** Whether something was in two files, or between them, that nobody could read. */
  private boolean isGapBetween(WrittenFile first, WrittenFile second) {
    return node.files().stream()
        .filter(file -> file.container() == first.container())
        .filter(file -> file.order() >= first.order() && file.order() <= second.order())
        .anyMatch(file -> !obligations.isOwed(file, route));
  }

  private void checkOrder(Arrival arrival, WrittenRecord first) {
    if (first.late() || (obligations.isBounded() && isAfterRotation(first))) {
      return;
    }
    Reading reading = arrival.reading();
    String key = arrival.container() + arrival.stderr() + reading.life() + "/" + reading.start();
    WrittenRecord before = lastOfReading.put(key, first);
    if (before != null && placeOf(before) >= placeOf(first)) {
      throw violation(arrival, "it came behind " + before + ", and is " + first);
    }
  }

  /** A closed file is not looked into again before the newer one is read. */
  private static boolean isAfterRotation(WrittenRecord written) {
    return written.file().container().isAfterRotation(written);
  }

  private void checkRepeats(Arrival arrival, List<WrittenRecord> records) {
    for (WrittenRecord written : records) {
      Arrival before = arrivedAs.put(written, arrival);
      if (before == null || arrival.generation() == 0 || written.partial()) {
        continue;
      }
      boolean startedOver = before.reading().start() < arrival.reading().start();
      if (storedOnce || (!startedOver && !repeatable.contains(before))) {
        throw violation(arrival, "it repeats " + written + " of " + before.reading());
      }
    }
  }

  private void checkOwed(List<WrittenRecord> stream) {
    for (WrittenRecord written : stream) {
      boolean unseen = written.late() && !written.file().isOnDisk();
      boolean owed = !unseen && obligations.isOwed(written.file(), route);
      if (owed && !arrivedAs.containsKey(written)) {
        throw new AssertionError(
            "something did not arrive by route %s: %s; its file is %s"
                .formatted(
                    route, written, written.file().isOnDisk() ? "on disk" : "held, or should be"));
      }
    }
  }

  private AssertionError violation(Arrival arrival, String what) {
    return new AssertionError(
        "%s: route %s, %s %d.log %s [%d,%d) of generation %x, %s%s, %d bytes; the files were:%s"
            .formatted(
                what,
                route,
                arrival.container(),
                arrival.restart(),
                arrival.stderr() ? "stderr" : "stdout",
                arrival.start(),
                arrival.end(),
                arrival.generation(),
                arrival.reading(),
                arrival.carried() ? " carried" : "",
                arrival.line().length,
                filesOf(arrival)));
  }

  private String filesOf(Arrival arrival) {
    StringBuilder text = new StringBuilder();
    for (WrittenFile file : node.files()) {
      if (file.container().key().equals(arrival.container())) {
        text.append("\n  ").append(file).append(file.isOnDisk() ? " on disk" : " gone");
        text.append(file.isTruncated() ? ", truncated" : "");
        text.append(obligations.isOwed(file, route) ? ", owed" : ", not owed");
      }
    }
    return text.toString();
  }
}
