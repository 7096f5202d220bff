// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.kafka;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A batch on its way: its records, how many of them Kafka has not acknowledged, and what to do when
 * it has all of them. Held until then, to be sent again if need be.
 *
 * @param tenants of the records, for the books
 * @param open records without an answer; an attempt of before a restart counts down one of its own
 */
record Parcel(
    List<ProducerRecord<byte[], byte[]>> records,
    List<Share> tenants,
    AtomicInteger open,
    Runnable stored) {

  /** What one service has of a batch. */
  record Share(String tenantId, String serviceId, long lines, long bytes) {}

  static Parcel of(
      List<ProducerRecord<byte[], byte[]>> records, List<Share> tenants, Runnable stored) {
    return new Parcel(records, tenants, new AtomicInteger(records.size()), stored);
  }

  /** The same, before anything of it was sent. */
  Parcel again() {
    return of(records, tenants, stored);
  }

  boolean isDone() {
    return open.get() == 0;
  }
}
