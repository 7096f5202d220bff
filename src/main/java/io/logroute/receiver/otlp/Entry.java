// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.otlp;

import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.resource.v1.Resource;

/**
 * A line on its way.
 *
 * @param origin whose it is
 * @param lineBytes of the line itself
 */
record Entry(Origin origin, LogRecord record, int lineBytes) {

  /**
   * Where lines come from.
   *
   * @param name for people
   */
  record Origin(Resource resource, String tenantId, String serviceId, String name) {}

  /** What it takes in a request, roughly. */
  int bytes() {
    return record.getSerializedSize();
  }
}
