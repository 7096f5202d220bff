// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Lines and bytes stored since the start, by tenant and service. Bounded: what comes after the
 * first {@value #MAX_SERVICES} services is counted together. Written by the store, read by any
 * thread.
 */
public final class Traffic {

  /** Stands for all that are not counted by themselves; no id looks like it. */
  public static final String OTHERS = "(others)";

  static final int MAX_SERVICES = 4096;

  private static final Service REST = new Service(OTHERS, OTHERS);

  private final ConcurrentMap<Service, Count> counts = new ConcurrentHashMap<>();

  /** A service of a tenant. */
  public record Service(String tenantId, String serviceId) {}

  /** What one service has sent since the start. */
  public record Total(String tenantId, String serviceId, long lines, long bytes) {}

  /** Counts lines that were stored. */
  public void add(String tenantId, String serviceId, long lines, long bytes) {
    Service service = new Service(tenantId, serviceId);
    Count count = counts.get(service);
    if (count == null) {
      Service counted = counts.size() < MAX_SERVICES ? service : REST;
      count = counts.computeIfAbsent(counted, ignored -> new Count());
    }
    count.lines.add(lines);
    count.bytes.add(bytes);
  }

  /** All services by tenant and name. */
  public List<Total> totals() {
    return counts.entrySet().stream()
        .map(
            entry ->
                new Total(
                    entry.getKey().tenantId(),
                    entry.getKey().serviceId(),
                    entry.getValue().lines.sum(),
                    entry.getValue().bytes.sum()))
        .sorted(Comparator.comparing(Total::tenantId).thenComparing(Total::serviceId))
        .toList();
  }

  /** Lines of a service; of all that are counted together, when it is one of those. */
  public long lines(String tenantId, String serviceId) {
    Count count = counts.getOrDefault(new Service(tenantId, serviceId), counts.get(REST));
    return count == null ? 0 : count.lines.sum();
  }

  /** Lines of all services together. */
  public long lines() {
    return counts.values().stream().mapToLong(count -> count.lines.sum()).sum();
  }

  private static final class Count {
    private final LongAdder lines = new LongAdder();
    private final LongAdder bytes = new LongAdder();
  }
}
