// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.otlp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.logroute.receiver.sink.AckedStream;
import io.logroute.receiver.sink.LineBatch;
import io.logroute.receiver.sink.ReceivedLine;
import io.logroute.receiver.sink.TaggedStream;
import io.logroute.wire.LineFlags;
import io.logroute.wire.StandardStream;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LogRecordsTest {

  private final List<Entry> entries = new ArrayList<>();

  private static Map<String, String> named(List<KeyValue> attributes) {
    Map<String, String> found = new TreeMap<>();
    for (KeyValue each : attributes) {
      AnyValue value = each.getValue();
      found.put(
          each.getKey(),
          switch (value.getValueCase()) {
            case STRING_VALUE -> value.getStringValue();
            case INT_VALUE -> value.getIntValue() + " (int)";
            case BOOL_VALUE -> value.getBoolValue() + " (bool)";
            case BYTES_VALUE -> value.getBytesValue().toString(ISO_8859_1) + " (bytes)";
            default -> throw new AssertionError(value);
          });
    }
    return found;
  }

  @Test
  void shouldNameALineByTheConventions() {
    AckedStream stream = TestBatch.stream("web-0", StandardStream.STDERR, 7);
    LogRecords.of(
        new TestBatch().stream(1, stream).line(1, "grüß\u0000 dich").batch(() -> {}), entries::add);

    Entry entry = entries.getFirst();
    String id = "%016x%016x".formatted(stream.key().high(), stream.key().low());
    assertThat(entry.record().getBody().getStringValue()).isEqualTo("grüß\u0000 dich");
    assertThat(entry.record().getTimeUnixNano()).isEqualTo(TestBatch.NANOS);
    assertThat(entry.record().getObservedTimeUnixNano()).isEqualTo(1795348800000000001L);
    assertThat(named(entry.record().getAttributesList()))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "log.iostream", "stderr",
                "log.record.uid", id + "-10",
                "logroute.stream.id", id,
                "logroute.offset", "10 (int)",
                "logroute.route", "team/web"));
    assertThat(named(entry.origin().resource().getAttributesList()))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "service.name", "web",
                "logroute.tenant", "acme",
                "k8s.cluster.uid", "c1",
                "k8s.node.name", "node-1",
                "k8s.namespace.name", "team",
                "k8s.pod.name", "web-0",
                "k8s.pod.uid", "uid-1",
                "k8s.container.name", "app",
                "k8s.container.restart_count", "2 (int)"));
  }

  @Test
  void shouldKeepBytesThatAreNoText() {
    byte[] line = {'a', (byte) 0xff, 'b'};
    LogRecords.of(
        new TestBatch()
            .stream(1, TestBatch.stream("web-0", StandardStream.STDOUT, 7))
                .line(1, TestBatch.NANOS, LineFlags.TRUNCATED, line)
                .batch(() -> {}),
        entries::add);

    assertThat(entries.getFirst().record().getBody().getBytesValue().toByteArray()).isEqualTo(line);
    assertThat(named(entries.getFirst().record().getAttributesList()))
        .containsEntry("logroute.truncated", "true (bool)");
  }

  @Test
  void shouldNotNameALineThatCannotBeToldFromOthers() {
    LogRecords.of(
        new TestBatch()
            .stream(1, TestBatch.stream("web-0", StandardStream.STDOUT, 0))
                .line(1, Long.MIN_VALUE, 0, new byte[0])
                .batch(() -> {}),
        entries::add);

    assertThat(named(entries.getFirst().record().getAttributesList()))
        .doesNotContainKey("log.record.uid");
    assertThat(entries.getFirst().record().getTimeUnixNano()).isZero();
  }

  @Test
  void shouldLeaveOutStreamsThatWereRefused() {
    LogRecords.of(
        new TestBatch()
            .stream(2, TestBatch.stream("web-0", StandardStream.STDOUT, 7))
                .line(1, "refused")
                .line(2, "taken")
                .line(1, "refused")
                .batch(() -> {}),
        entries::add);

    assertThat(entries).hasSize(1);
    assertThat(entries.getFirst().record().getBody().getStringValue()).isEqualTo("taken");
  }

  @Test
  void shouldTakeATagForAContainersIdWhereItIsOne() {
    byte[] frame = "0123456789ab: a line".getBytes(UTF_8);
    LogRecords.of(
        new LineBatch(
            Instant.EPOCH,
            List.of(
                new ReceivedLine(new TaggedStream("acme", "web", "0123456789ab"), frame, 14),
                new ReceivedLine(new TaggedStream("acme", "web", "web-\u00ff"), frame, 14))),
        entries::add);

    assertThat(entries.getFirst().record().getBody().getStringValue()).isEqualTo("a line");
    assertThat(named(entries.getFirst().origin().resource().getAttributesList()))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "service.name", "web",
                "logroute.tenant", "acme",
                "logroute.tag", "0123456789ab",
                "container.id", "0123456789ab"));
    assertThat(named(entries.getLast().origin().resource().getAttributesList()))
        .doesNotContainKey("container.id")
        .containsEntry("logroute.tag", "web-\u00ff (bytes)");
  }
}
