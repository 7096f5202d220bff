// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.otlp;

import io.logroute.receiver.sink.HandedBatches.Acked;
import io.logroute.receiver.sink.HandedBatches.Handed;
import io.logroute.receiver.sink.HandedBatches.Tagged;
import io.logroute.receiver.sink.HandedBatches.Wake;
import java.util.ArrayList;
import java.util.List;

/**
 * Whole batches that go together, in their order, and whom to tell when all of it was taken. Used
 * by one thread.
 */
final class Shipment {

  private final List<Entry> entries = new ArrayList<>();
  private final List<Runnable> stored = new ArrayList<>();
  private long bytes;

  void add(Handed handed) {
    switch (handed) {
      case Acked acked -> {
        LogRecords.of(acked.batch(), this::add);
        stored.add(acked.batch().stored());
      }
      case Tagged tagged -> {
        LogRecords.of(tagged.batch(), this::add);
        stored.add(tagged.stored());
      }
      case Wake _ -> {}
    }
  }

  private void add(Entry entry) {
    entries.add(entry);
    bytes += entry.bytes();
  }

  /** What it takes in requests, roughly. */
  long bytes() {
    return bytes;
  }

  int batches() {
    return stored.size();
  }

  /** Its lines in requests of a size, unless one line alone is longer. */
  List<List<Entry>> requests(long maxBytes) {
    List<List<Entry>> requests = new ArrayList<>();
    int from = 0;
    long size = 0;
    for (int i = 0; i < entries.size(); i++) {
      int more = entries.get(i).bytes();
      if (i > from && size + more > maxBytes) {
        requests.add(entries.subList(from, i));
        from = i;
        size = 0;
      }
      size += more;
    }
    if (from < entries.size()) {
      requests.add(entries.subList(from, entries.size()));
    }
    return requests;
  }

  /** Says of every batch that it is stored, in their order. */
  void stored() {
    stored.forEach(Runnable::run);
  }
}
