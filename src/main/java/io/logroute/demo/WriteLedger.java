// SPDX-License-Identifier: Apache-2.0
package io.logroute.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Everything that was written and has to arrive. Written by one thread, counted by another. */
final class WriteLedger {

  private final List<WrittenLog> logs = new ArrayList<>();

  /** Begins the log of one stream of one container instance. */
  synchronized WrittenLog begin(String origin, String tenantId, String serviceId, String tag) {
    WrittenLog log = new WrittenLog(origin, tenantId, serviceId, tag, new LineSequence());
    logs.add(log);
    return log;
  }

  /** Adds a logical line that is now in the file, its end not included. */
  synchronized void written(WrittenLog log, byte[] line) {
    log.lines().add(line);
  }

  /** All logs so far, in the order of their beginning. */
  synchronized List<WrittenLog> logs() {
    return List.copyOf(logs);
  }

  /** Lines by {@code tenant/service}. */
  synchronized SortedMap<String, Long> linesByService() {
    SortedMap<String, Long> lines = new TreeMap<>();
    for (WrittenLog log : logs) {
      lines.merge(log.tenantId() + "/" + log.serviceId(), (long) log.lines().size(), Long::sum);
    }
    return lines;
  }

  /** Lines of all logs together. */
  synchronized long lines() {
    return logs.stream().mapToLong(log -> log.lines().size()).sum();
  }
}
