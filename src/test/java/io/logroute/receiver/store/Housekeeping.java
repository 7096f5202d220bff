// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;

/** Rounds of the housekeeper at a time of the test's choosing. */
record Housekeeping(Path root, Clock clock, long retainBytes, Duration retainAge) {

  Housekeeping(Path root, Clock clock) {
    this(root, clock, 0, Duration.ZERO);
  }

  void tidy() throws IOException {
    StoreLimits limits = new StoreLimits(1 << 20, Duration.ofDays(1), retainBytes, retainAge, 16);
    StoreMetrics metrics = new StoreMetrics(new PrometheusRegistry());
    try (DataFolder folder = DataFolder.take(root)) {
      FileSink sink = new FileSink(folder, limits, metrics, new Traffic(), clock);
      new Housekeeper(folder, limits, metrics, sink, clock, Duration.ofDays(1)).tidy();
    } catch (StoreException e) {
      throw new AssertionError(e);
    }
  }
}
