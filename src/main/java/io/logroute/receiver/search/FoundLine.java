// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.search;

import io.logroute.receiver.store.Origin;

/**
 * A line that was looked for.
 *
 * @param place its permanent name
 * @param nanos its time, since 1970
 * @param stream {@code stdout} or {@code stderr}
 * @param line as it was received; belongs to whoever holds it
 * @param isTruncated whether only its first bytes are there
 */
@SuppressWarnings("ArrayRecordComponent")
public record FoundLine(
    String place, long nanos, Origin origin, String stream, byte[] line, boolean isTruncated) {}
