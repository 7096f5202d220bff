// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import static java.util.Objects.requireNonNull;

import io.logroute.cluster.SmallDisk;
import io.logroute.receiver.otlp.OtlpCollector;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Through a real collector. Longer with {@code -Dlogroute.otlp.kills=10}. */
class OtlpDeliveryIT {

  private static final int KILLS = Integer.getInteger("logroute.otlp.kills", 2);

  @TempDir private Path folder;

  @Test
  void shouldHaveEveryLineInOrderThroughKillsOfReceiverAndCollector() throws Exception {
    try (Centre centre = new Centre(OtlpCollector.start(folder.resolve("collector")));
        SinkDelivery delivery = new SinkDelivery(folder, centre);
        Reader reader = new Reader(centre.collector)) {
      delivery.shouldHaveEveryLineInOrder("otlp", KILLS, reader);
    }
  }

  /** A collector that cannot write says so, and takes the same lines when there is room. */
  @Test
  void shouldHaveEveryLineInOrderWhenTheDiskOfTheCollectorWasFull() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(folder.resolve("collector"), "8m");
        Centre centre = new Centre(OtlpCollector.start(folder.resolve("collector")));
        SinkDelivery delivery = new SinkDelivery(folder, centre);
        Reader reader = new Reader(centre.collector)) {
      delivery.shouldHaveEveryLineInOrderAfterAFullDisk(
          "otlp", 10_000, () -> disk.resize("256m"), reader);
    }
  }

  private record Centre(OtlpCollector collector) implements SinkDelivery.Centre {
    @Override
    public String[] options() {
      return new String[] {"--sink", "otlp", "--otlp-endpoint", collector.endpoint()};
    }

    @Override
    public void killAndStart() {
      collector.kill();
      collector.startAgain();
    }

    @Override
    public void close() {
      collector.close();
    }
  }

  private record Reader(OtlpCollector collector) implements SinkDelivery.Reader {
    @Override
    public void poll(SinkDelivery.Arrived into) throws Exception {
      collector.poll(
          (names, body) ->
              into.line(
                  requireNonNull(names.get("log.record.uid")),
                  "%s_%s_%s/%s %s"
                      .formatted(
                          names.get("k8s.namespace.name"),
                          names.get("k8s.pod.name"),
                          names.get("k8s.pod.uid"),
                          names.get("k8s.container.name"),
                          names.get("log.iostream")),
                  body.path("stringValue").asText()));
    }

    @Override
    public void close() {}
  }
}
