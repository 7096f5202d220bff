// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import static io.logroute.receiver.store.Lines.WEB;
import static io.logroute.receiver.store.Lines.batch;
import static io.logroute.receiver.store.Lines.stored;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSinkTest {

  private static final Duration MOMENT = Duration.ofMillis(20);

  @TempDir private Path root;

  private final TestingClock clock = new TestingClock();
  private final Traffic traffic = new Traffic();

  @Test
  void shouldStoreWhatWasOfferedBeforeTheStop() throws Exception {
    try (DataFolder folder = DataFolder.take(root)) {
      FileSink sink = sink(folder);
      sink.start();
      for (int i = 0; i < 100; i++) {
        assertThat(sink.offer(batch(clock.instant(), WEB, "line " + i), Duration.ofSeconds(10)))
            .isTrue();
      }
      sink.close();
    }

    assertThat(stored(root, WEB)).hasSize(100).startsWith("line 0").endsWith("line 99");
    assertThat(traffic.lines()).isEqualTo(100);
  }

  @Test
  void shouldTakeNothingWhileItCannotWriteAndGoOnByItself() throws Exception {
    Files.writeString(root.resolve("t1"), "in the way");
    List<String> taken = new ArrayList<>();
    try (DataFolder folder = DataFolder.take(root);
        FileSink sink = sink(folder)) {
      sink.start();
      for (int i = 0; sink.offer(batch(clock.instant(), WEB, "line " + i), MOMENT); i++) {
        taken.add("line " + i);
        assertThat(taken).as("lines held without being written").hasSizeLessThan(100);
      }
      await().until(() -> sink.obstacle().isPresent());
      assertThat(sink.obstacle())
          .hasValueSatisfying(o -> assertThat(o).contains("t1/web: Not a directory"));
      assertThat(sink.heartbeat().isAlive(Duration.ofSeconds(5))).isTrue();

      Files.delete(root.resolve("t1"));
      await().until(() -> sink.obstacle().isEmpty());
      await().until(() -> traffic.lines() == taken.size());
    }

    assertThat(stored(root, WEB)).isEqualTo(taken);
  }

  @Test
  void shouldRefuseAFolderThatAnotherReceiverUses() throws Exception {
    try (DataFolder folder = DataFolder.take(root)) {
      assertThat(folder.path()).isEqualTo(root);
      assertThatExceptionOfType(StoreException.class)
          .isThrownBy(() -> DataFolder.take(root))
          .withMessage("cannot use %s as --data-dir: another receiver is using it".formatted(root));
    }
    DataFolder.take(root).close();
  }

  private FileSink sink(DataFolder folder) throws IOException {
    StoreLimits limits = new StoreLimits(1 << 20, Duration.ofDays(1), 0, Duration.ZERO, 16);
    return new FileSink(folder, limits, new StoreMetrics(new PrometheusRegistry()), traffic, clock);
  }
}
