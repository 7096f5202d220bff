// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.checkpoint.Positions.Offsets;

/**
 * What becomes true when the driver is done with a line: how far a route's reading is taken over,
 * and what to count.
 *
 * @param lineNumber of the pipeline's lines, the last one before this mark
 * @param oldestEpochNanos time of the first record since the mark before; {@link Long#MIN_VALUE}:
 *     unknown
 */
record Mark(
    long lineNumber,
    Feed feed,
    Progress progress,
    Offsets taken,
    FeedCount count,
    long oldestEpochNanos) {}
