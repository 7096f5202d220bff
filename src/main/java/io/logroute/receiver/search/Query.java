// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.search;

import io.logroute.receiver.store.Origin;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which lines of a service are wanted. What is null is not asked for.
 *
 * @param sinceNanos the least time, since 1970
 * @param untilNanos behind the greatest time
 * @param contains bytes that the line has somewhere
 */
@SuppressWarnings("ArrayRecordComponent")
public record Query(
    String tenantId,
    String serviceId,
    @Nullable String namespace,
    @Nullable String pod,
    @Nullable String container,
    @Nullable String tag,
    @Nullable String stream,
    long sinceNanos,
    long untilNanos,
    byte @Nullable [] contains) {

  /** Whether lines of this origin are wanted at all. */
  boolean wants(Origin origin) {
    return isOrAny(namespace, origin.namespace())
        && isOrAny(pod, origin.pod())
        && isOrAny(container, origin.container())
        && isOrAny(tag, origin.tag());
  }

  /** The same, but nothing older than this. */
  Query since(long nanos) {
    return new Query(
        tenantId,
        serviceId,
        namespace,
        pod,
        container,
        tag,
        stream,
        Math.max(sinceNanos, nanos),
        untilNanos,
        contains);
  }

  private static boolean isOrAny(@Nullable String wanted, @Nullable String is) {
    return wanted == null || Objects.equals(wanted, is);
  }
}
