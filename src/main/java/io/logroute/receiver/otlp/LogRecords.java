// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.otlp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.logroute.receiver.otlp.Entry.Origin;
import io.logroute.receiver.sink.AckedBatch;
import io.logroute.receiver.sink.AckedStream;
import io.logroute.receiver.sink.LineBatch;
import io.logroute.receiver.sink.ReceivedLine;
import io.logroute.receiver.sink.TaggedStream;
import io.logroute.wire.BatchReader;
import io.logroute.wire.StreamIdentity;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.resource.v1.Resource;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes log records of lines: attributes by OpenTelemetry's semantic conventions 1.37 where they
 * know a name (registry: k8s, container, service, log), and under {@code logroute.} where they do
 * not. Pure functions.
 */
final class LogRecords {

  private static final Pattern CONTAINER_ID = Pattern.compile("[0-9a-f]{12,64}");
  private static final KeyValue TRUNCATED =
      attribute("logroute.truncated", AnyValue.newBuilder().setBoolValue(true).build());

  /** All that the lines of an acknowledged stream have in common. */
  private record Source(Origin origin, String streamId, boolean isKnown, LogRecord template) {}

  private LogRecords() {}

  /** The lines of a batch, but those of streams that were refused, in their order. */
  static void of(AckedBatch batch, Consumer<Entry> into) {
    BatchReader lines = batch.lines();
    Map<Integer, Source> sources = new HashMap<>();
    long arrivedNanos = nanos(batch.arrivedAt());
    @Nullable Source source = null;
    for (boolean more = lines.next(); more; more = lines.next()) {
      if (lines.isRunStart()) {
        AckedStream stream = batch.streams().get(lines.stream());
        source =
            stream == null
                ? null
                : sources.computeIfAbsent(lines.stream(), number -> source(stream, arrivedNanos));
      }
      if (source != null) {
        into.accept(new Entry(source.origin(), record(source, lines), lines.lineLength()));
      }
    }
  }

  private static LogRecord record(Source source, BatchReader line) {
    LogRecord.Builder record = source.template().toBuilder();
    record.setBody(body(line.bytes(), line.lineOffset(), line.lineLength()));
    if (line.epochNanos() != Long.MIN_VALUE) {
      record.setTimeUnixNano(Math.max(0, line.epochNanos()));
    }
    record.addAttributes(attribute("logroute.offset", whole(line.end())));
    if (source.isKnown()) {
      record.addAttributes(attribute("log.record.uid", source.streamId() + "-" + line.end()));
    }
    if (line.isTruncated()) {
      record.addAttributes(TRUNCATED);
    }
    return record.build();
  }

  /** The lines of a batch in their order. */
  static void of(LineBatch batch, Consumer<Entry> into) {
    Map<TaggedStream, Origin> origins = new HashMap<>();
    LogRecord template =
        LogRecord.newBuilder().setObservedTimeUnixNano(nanos(batch.arrivedAt())).build();
    for (ReceivedLine line : batch.lines()) {
      LogRecord record =
          template.toBuilder()
              .setBody(body(line.frame(), line.offset(), line.lengthBytes()))
              .build();
      Origin origin = origins.computeIfAbsent(line.stream(), LogRecords::origin);
      into.accept(new Entry(origin, record, line.lengthBytes()));
    }
  }

  private static Source source(AckedStream stream, long arrivedNanos) {
    StreamIdentity id = stream.identity();
    String streamId = "%016x%016x".formatted(stream.key().high(), stream.key().low());
    LogRecord.Builder template =
        LogRecord.newBuilder()
            .setObservedTimeUnixNano(arrivedNanos)
            .addAttributes(attribute("log.iostream", id.stream().text()))
            .addAttributes(attribute("logroute.stream.id", streamId));
    if (!id.route().isEmpty()) {
      template.addAttributes(attribute("logroute.route", id.route()));
    }
    return new Source(origin(id), streamId, stream.isKnown(), template.build());
  }

  private static Origin origin(StreamIdentity id) {
    Resource.Builder resource = resource(id.tenant(), id.service());
    if (!id.cluster().isEmpty()) {
      resource.addAttributes(attribute("k8s.cluster.uid", id.cluster()));
    }
    resource
        .addAttributes(attribute("k8s.node.name", id.node()))
        .addAttributes(attribute("k8s.namespace.name", id.namespace()))
        .addAttributes(attribute("k8s.pod.name", id.pod()))
        .addAttributes(attribute("k8s.pod.uid", id.podUid()))
        .addAttributes(attribute("k8s.container.name", id.container()))
        .addAttributes(attribute("k8s.container.restart_count", whole(id.restart())));
    return new Origin(
        resource.build(),
        id.tenant(),
        id.service(),
        "%s/%s, %s/%s/%s"
            .formatted(id.tenant(), id.service(), id.namespace(), id.pod(), id.container()));
  }

  /** Of a three-frame line the tag is all there is; by default it is a container's id. */
  private static Origin origin(TaggedStream stream) {
    Resource.Builder resource = resource(stream.tenantId(), stream.serviceId());
    AnyValue tag = body(stream.tag().getBytes(ISO_8859_1));
    resource.addAttributes(attribute("logroute.tag", tag));
    if (CONTAINER_ID.matcher(stream.tag()).matches()) {
      resource.addAttributes(attribute("container.id", tag));
    }
    return new Origin(
        resource.build(),
        stream.tenantId(),
        stream.serviceId(),
        "%s/%s, tag %s".formatted(stream.tenantId(), stream.serviceId(), tag.getStringValue()));
  }

  private static Resource.Builder resource(String tenant, String service) {
    return Resource.newBuilder()
        .addAttributes(attribute("service.name", service))
        .addAttributes(attribute("logroute.tenant", tenant));
  }

  private static AnyValue body(byte[] bytes) {
    return body(bytes, 0, bytes.length);
  }

  /** Text when it is, bytes when it is not: nothing is re-encoded. */
  private static AnyValue body(byte[] bytes, int from, int length) {
    ByteString line = UnsafeByteOperations.unsafeWrap(bytes, from, length);
    return line.isValidUtf8()
        ? AnyValue.newBuilder().setStringValueBytes(line).build()
        : AnyValue.newBuilder().setBytesValue(line).build();
  }

  private static AnyValue whole(long number) {
    return AnyValue.newBuilder().setIntValue(number).build();
  }

  private static KeyValue attribute(String key, String value) {
    return attribute(key, AnyValue.newBuilder().setStringValue(value).build());
  }

  private static KeyValue attribute(String key, AnyValue value) {
    return KeyValue.newBuilder().setKey(key).setValue(value).build();
  }

  private static long nanos(Instant time) {
    return Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000_000L), time.getNano());
  }
}
