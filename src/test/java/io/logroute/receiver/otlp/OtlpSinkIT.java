// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.logroute.receiver.otlp.OtlpConfig.Compression;
import io.logroute.receiver.store.Traffic;
import io.logroute.wire.StandardStream;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sink against a real collector: what it makes of lines, TLS, and being late. */
class OtlpSinkIT {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Path CERTIFICATES =
      Path.of("src/test/resources/io/logroute/agent/source").toAbsolutePath();

  @TempDir private Path folder;

  private final AtomicInteger acked = new AtomicInteger();
  private final List<Map<String, String>> names = new ArrayList<>();
  private final List<JsonNode> bodies = new ArrayList<>();

  private OtlpSink sink(
      OtlpCollector collector, Compression compression, @Nullable Path authorities) {
    OtlpSink sink =
        OtlpSink.open(
            new OtlpConfig(
                OtlpConfig.logs(collector.endpoint()), Map.of(), compression, authorities),
            new OtlpMetrics(new PrometheusRegistry()),
            new Traffic());
    sink.start();
    return sink;
  }

  private void send(OtlpSink sink) {
    sink.take(
        new TestBatch()
            .stream(1, TestBatch.stream("web-0", StandardStream.STDOUT, 7)).stream(
                    2, TestBatch.stream("web-0", StandardStream.STDERR, 7))
                .line(1, "first")
                .line(2, TestBatch.NANOS, 0, new byte[] {'a', (byte) 0xff})
                .line(1, "third")
                .batch(acked::incrementAndGet));
  }

  private void assertArrived(OtlpCollector collector) throws Exception {
    await().atMost(SOON).until(() -> acked.get() == 1);
    collector.poll(
        (attributes, body) -> {
          names.add(attributes);
          bodies.add(body);
        });
    assertThat(bodies).hasSize(3);
    assertThat(bodies.get(0).path("stringValue").asText()).isEqualTo("first");
    assertThat(bodies.get(1).path("bytesValue").asText()).isEqualTo("Yf8=");
    assertThat(bodies.get(2).path("stringValue").asText()).isEqualTo("third");
    assertThat(names.get(1))
        .containsEntry("service.name", "web")
        .containsEntry("logroute.tenant", "acme")
        .containsEntry("k8s.cluster.uid", "c1")
        .containsEntry("k8s.node.name", "node-1")
        .containsEntry("k8s.namespace.name", "team")
        .containsEntry("k8s.pod.name", "web-0")
        .containsEntry("k8s.pod.uid", "uid-1")
        .containsEntry("k8s.container.name", "app")
        .containsEntry("k8s.container.restart_count", "2")
        .containsEntry("log.iostream", "stderr")
        .containsEntry("logroute.offset", "20")
        .containsEntry("time", "" + TestBatch.NANOS)
        .containsEntry("observed", "1795348800000000001");
  }

  @Test
  void shouldKeepOrderWithinAContainerOverItsTwoStreams() throws Exception {
    try (OtlpCollector collector = OtlpCollector.start(folder);
        OtlpSink sink = sink(collector, Compression.none, null)) {
      send(sink);
      assertArrived(collector);
    }
  }

  @Test
  void shouldWaitForACollectorThatIsLate() throws Exception {
    try (OtlpCollector collector = OtlpCollector.start(folder)) {
      collector.kill();
      try (OtlpSink sink = sink(collector, Compression.gzip, null)) {
        send(sink);
        await().atMost(SOON).until(() -> sink.obstacle().isPresent());
        assertThat(sink.obstacle().orElseThrow()).contains("connect");
        assertThat(acked).hasValue(0);
        collector.startAgain();
        assertArrived(collector);
        assertThat(sink.obstacle()).isEmpty();
      }
    }
  }

  @Test
  void shouldTrustACollectorByItsAuthority() throws Exception {
    try (OtlpCollector collector =
        OtlpCollector.startWithTls(
            folder, CERTIFICATES.resolve("server.crt"), CERTIFICATES.resolve("server.key"))) {
      try (OtlpSink distrustful =
          sink(collector, Compression.gzip, CERTIFICATES.resolve("ec.crt"))) {
        send(distrustful);
        await().atMost(SOON).until(() -> distrustful.obstacle().isPresent());
        assertThat(acked).hasValue(0);
      }
      try (OtlpSink sink = sink(collector, Compression.gzip, CERTIFICATES.resolve("ca.crt"))) {
        send(sink);
        assertArrived(collector);
      }
    }
  }
}
