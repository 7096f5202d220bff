// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.kafka;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.logroute.receiver.sink.AckedBatch;
import io.logroute.receiver.sink.AckedStream;
import io.logroute.receiver.sink.LineBatch;
import io.logroute.receiver.sink.ReceivedLine;
import io.logroute.receiver.sink.TaggedStream;
import io.logroute.wire.BatchReader;
import io.logroute.wire.StreamIdentity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/** Makes records of lines. Used by one thread. */
final class KafkaRecords {

  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final Header TRUNCATED = header("truncated", "true");

  /** All that the lines of a stream have in common. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Address(
      String tenantId, String serviceId, String topic, byte[] key, List<Header> headers) {}

  private final TopicTemplate topics;
  private final int maxLineBytes;
  private final Runnable cut;

  /**
   * @param cut is told of each line that was too long
   */
  KafkaRecords(TopicTemplate topics, int maxLineBytes, Runnable cut) {
    this.topics = topics;
    this.maxLineBytes = maxLineBytes;
    this.cut = cut;
  }

  Parcel of(AckedBatch batch) {
    BatchReader lines = batch.lines();
    Map<Integer, Address> addresses = new HashMap<>();
    Books books = new Books();
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(lines.lines());
    @Nullable Address address = null;
    for (boolean more = lines.next(); more; more = lines.next()) {
      if (lines.isRunStart()) {
        AckedStream stream = batch.streams().get(lines.stream());
        address =
            stream == null
                ? null
                : addresses.computeIfAbsent(lines.stream(), number -> address(stream));
      }
      if (address != null) {
        long millis =
            lines.epochNanos() == Long.MIN_VALUE
                ? batch.arrivedAt().toEpochMilli()
                : Math.floorDiv(lines.epochNanos(), NANOS_PER_MILLI);
        List<Header> headers = new ArrayList<>(address.headers());
        headers.add(header("offset", Long.toString(lines.end())));
        records.add(
            record(
                address,
                millis,
                headers,
                lines.isTruncated(),
                lines.bytes(),
                lines.lineOffset(),
                lines.lineLength()));
        books.add(address, lines.lineLength());
      }
    }
    return Parcel.of(records, books.shares(), batch.stored());
  }

  Parcel of(LineBatch batch, Runnable stored) {
    Map<TaggedStream, Address> addresses = new HashMap<>();
    Books books = new Books();
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(batch.lines().size());
    for (ReceivedLine line : batch.lines()) {
      Address address = addresses.computeIfAbsent(line.stream(), this::address);
      records.add(
          record(
              address,
              batch.arrivedAt().toEpochMilli(),
              new ArrayList<>(address.headers()),
              false,
              line.frame(),
              line.offset(),
              line.lengthBytes()));
      books.add(address, line.lengthBytes());
    }
    return Parcel.of(records, books.shares(), stored);
  }

  private ProducerRecord<byte[], byte[]> record(
      Address address,
      long millis,
      List<Header> headers,
      boolean truncated,
      byte[] bytes,
      int from,
      int length) {
    boolean tooLong = length > maxLineBytes;
    if (tooLong) {
      cut.run();
    }
    if (tooLong || truncated) {
      headers.add(TRUNCATED);
    }
    byte[] line = Arrays.copyOfRange(bytes, from, from + Math.min(length, maxLineBytes));
    return new ProducerRecord<>(
        address.topic(), null, Math.max(0, millis), address.key(), line, headers);
  }

  private Address address(AckedStream stream) {
    StreamIdentity id = stream.identity();
    String key =
        String.join("/", id.tenant(), id.service(), id.namespace(), id.pod(), id.container());
    List<Header> headers =
        List.of(
            header("cluster", id.cluster()),
            header("node", id.node()),
            header("tenant", id.tenant()),
            header("service", id.service()),
            header("route", id.route()),
            header("namespace", id.namespace()),
            header("pod", id.pod()),
            header("pod-uid", id.podUid()),
            header("container", id.container()),
            header("restart", Integer.toString(id.restart())),
            header("stream", id.stream().text()),
            header("stream-id", "%016x%016x".formatted(stream.key().high(), stream.key().low())));
    return new Address(
        id.tenant(),
        id.service(),
        topics.topic(id.tenant(), id.service()),
        key.getBytes(UTF_8),
        headers);
  }

  private Address address(TaggedStream stream) {
    byte[] tag = stream.tag().getBytes(ISO_8859_1);
    byte[] ids = (stream.tenantId() + "/" + stream.serviceId() + "/").getBytes(UTF_8);
    byte[] key = Arrays.copyOf(ids, ids.length + tag.length);
    System.arraycopy(tag, 0, key, ids.length, tag.length);
    List<Header> headers =
        List.of(
            header("tenant", stream.tenantId()),
            header("service", stream.serviceId()),
            new RecordHeader("tag", tag));
    return new Address(
        stream.tenantId(),
        stream.serviceId(),
        topics.topic(stream.tenantId(), stream.serviceId()),
        key,
        headers);
  }

  private static Header header(String name, String value) {
    return new RecordHeader(name, value.getBytes(UTF_8));
  }

  /** What each service has of a batch. */
  private static final class Books {
    private final Map<String, Parcel.Share> shares = new HashMap<>();

    void add(Address address, long bytes) {
      shares.merge(
          address.tenantId() + "/" + address.serviceId(),
          new Parcel.Share(address.tenantId(), address.serviceId(), 1, bytes),
          (a, b) ->
              new Parcel.Share(
                  a.tenantId(), a.serviceId(), a.lines() + b.lines(), a.bytes() + b.bytes()));
    }

    List<Parcel.Share> shares() {
      return List.copyOf(shares.values());
    }
  }
}
