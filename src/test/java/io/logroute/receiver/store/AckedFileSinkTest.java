// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logroute.receiver.sink.AckedBatch;
import io.logroute.receiver.sink.AckedStream;
import io.logroute.wire.StandardStream;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AckedFileSinkTest {

  private static final AckedStream WEB = AckedBatches.stream("web", StandardStream.STDOUT, 7);

  @TempDir private Path root;

  private final AtomicInteger stored = new AtomicInteger();

  @Test
  void shouldAcknowledgeNothingWhileItCannotWriteAndGoOnByItself() throws Exception {
    Path obstacle = Files.writeString(root.resolve("t1"), "in the way");
    try (DataFolder folder = DataFolder.take(root);
        AckedFileSink sink = sink(folder)) {
      sink.start();
      sink.take(batch(0, 5));
      sink.take(batch(5, 9));
      await().until(() -> sink.obstacle().isPresent());
      assertThat(stored).hasValue(0);
      assertThat(sink.heartbeat().isAlive(Duration.ofSeconds(5))).isTrue();

      Files.delete(obstacle);
      await().until(() -> stored.get() == 2);
      await().until(() -> sink.obstacle().isEmpty());
    }
    assertThat(lines()).isEqualTo(9);
  }

  @Test
  void shouldAcknowledgeNothingWhenItIsStoppedWhileItCannotWrite() throws Exception {
    Path obstacle = Files.writeString(root.resolve("t1"), "in the way");
    try (DataFolder folder = DataFolder.take(root);
        AckedFileSink sink = sink(folder)) {
      sink.start();
      sink.take(batch(0, 5));
      await().until(() -> sink.obstacle().isPresent());
    }
    assertThat(stored).hasValue(0);
    Files.delete(obstacle);
    try (DataFolder folder = DataFolder.take(root);
        AckedFileSink sink = sink(folder)) {
      sink.start();
      sink.take(batch(0, 7));
      await().until(() -> stored.get() == 1);
    }
    assertThat(lines()).isEqualTo(7);
  }

  private static AckedFileSink sink(DataFolder folder) throws StoreException {
    StoreLimits limits = new StoreLimits(1 << 20, Duration.ofDays(365_000), 0, Duration.ZERO, 10);
    return new AckedFileSink(
        folder,
        limits,
        new StoreMetrics(new PrometheusRegistry()),
        new Traffic(),
        new TestingClock());
  }

  private AckedBatch batch(int from, int to) {
    AckedBatch batch = AckedBatches.numbered(WEB, from, to);
    return new AckedBatch(
        batch.arrivedAt(), batch.lines(), batch.streams(), stored::incrementAndGet);
  }

  private int lines() throws Exception {
    AtomicInteger lines = new AtomicInteger();
    StoredLog.of(root, WEB).read(line -> lines.incrementAndGet());
    return lines.get();
  }
}
