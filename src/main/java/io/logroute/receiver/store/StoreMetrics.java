// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.HashSet;
import java.util.Set;

/** What the store counts. Used by the store's threads. */
public final class StoreMetrics {

  private static final int MAX_TENANTS = 1000;

  private final Counter storedLines;
  private final Counter storedBytes;
  private final Counter escapedLines;
  private final Counter tenantLines;
  private final Counter tenantBytes;
  private final Counter rolledFiles;
  private final Counter compressedFiles;
  private final Counter deletedFiles;
  private final Counter deletedBytes;
  private final Gauge openFiles;
  private final Gauge dataBytes;
  private final Gauge stalled;
  private final Histogram syncSeconds;
  private final Counter ackedLines;
  private final Counter ackedBytes;
  private final Counter repeatedLines;
  private final Gauge marks;
  private final Histogram journalSeconds;
  private final Set<String> tenants = new HashSet<>();

  public StoreMetrics(PrometheusRegistry registry) {
    storedLines = counter(registry, "stored_lines_total", "Lines written to files.");
    storedBytes = counter(registry, "stored_bytes_total", "Bytes written to files.");
    escapedLines =
        counter(registry, "escaped_lines_total", "Lines with a line feed in them, kept escaped.");
    rolledFiles = counter(registry, "rolled_files_total", "Files that were rolled.");
    compressedFiles = counter(registry, "compressed_files_total", "Rolled files compressed.");
    deletedFiles = counter(registry, "deleted_files_total", "Files deleted to keep the bounds.");
    deletedBytes = counter(registry, "deleted_bytes_total", "Bytes deleted to keep the bounds.");
    tenantLines = byTenant(registry, "tenant_lines_total", "Lines stored, by tenant.");
    tenantBytes = byTenant(registry, "tenant_bytes_total", "Bytes of lines stored, by tenant.");
    openFiles = gauge(registry, "open_files", "Files open for writing.");
    dataBytes = gauge(registry, "data_bytes", "Bytes of all files, at the last look.");
    stalled = gauge(registry, "store_stalled", "More than 0 while lines cannot be written.");
    syncSeconds =
        seconds(
            registry, "fsync", "Time to bring what was written to the disk, all files together.");
    ackedLines = counter(registry, "acked_lines_total", "Lines stored and acknowledged.");
    ackedBytes = counter(registry, "acked_bytes_total", "Bytes of lines stored and acknowledged.");
    repeatedLines =
        counter(
            registry, "repeated_lines_total", "Lines that came again and were not stored again.");
    marks = gauge(registry, "marks", "Streams whose stored end is remembered, at the checkpoint.");
    journalSeconds =
        seconds(registry, "journal_fsync", "Time to bring a group of batches to the disk.");
  }

  private static Histogram seconds(PrometheusRegistry registry, String name, String help) {
    return Histogram.builder()
        .name("logroute_receiver_" + name + "_seconds")
        .help(help)
        .classicOnly()
        .classicUpperBounds(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10)
        .register(registry);
  }

  private static Counter counter(PrometheusRegistry registry, String name, String help) {
    return Counter.builder().name("logroute_receiver_" + name).help(help).register(registry);
  }

  private static Counter byTenant(PrometheusRegistry registry, String name, String help) {
    return Counter.builder()
        .name("logroute_receiver_" + name)
        .help(help + " After the first " + MAX_TENANTS + " the others count together.")
        .labelNames("tenant")
        .register(registry);
  }

  private static Gauge gauge(PrometheusRegistry registry, String name, String help) {
    return Gauge.builder().name("logroute_receiver_" + name).help(help).register(registry);
  }

  void stored(String tenantId, PendingLines lines) {
    storedLines.inc(lines.lines());
    storedBytes.inc(lines.sizeBytes());
    escapedLines.inc(lines.escapedLines());
    String tenant = bounded(tenantId);
    tenantLines.labelValues(tenant).inc(lines.lines());
    tenantBytes.labelValues(tenant).inc(lines.lineBytes());
  }

  private String bounded(String tenantId) {
    if (tenants.contains(tenantId)) {
      return tenantId;
    }
    if (tenants.size() < MAX_TENANTS) {
      tenants.add(tenantId);
      return tenantId;
    }
    return Traffic.OTHERS;
  }

  void synced(long nanos) {
    syncSeconds.observe(nanos / 1e9);
  }

  void rolled() {
    rolledFiles.inc();
  }

  void compressed() {
    compressedFiles.inc();
  }

  void deleted(long bytes) {
    deletedFiles.inc();
    deletedBytes.inc(bytes);
  }

  void openFiles(int count) {
    openFiles.set(count);
  }

  void dataBytes(long bytes) {
    dataBytes.set(bytes);
  }

  /** Called when it changes, by each thread that writes. */
  void stalled(boolean now) {
    stalled.inc(now ? 1 : -1);
  }

  void acked(PendingLines lines) {
    ackedLines.inc(lines.lines());
    ackedBytes.inc(lines.lineBytes());
  }

  void repeated(long lines) {
    repeatedLines.inc(lines);
  }

  void journaled(long nanos) {
    journalSeconds.observe(nanos / 1e9);
  }

  void marks(int count) {
    marks.set(count);
  }
}
