// SPDX-License-Identifier: Apache-2.0
/**
 * Lines into Kafka, with the official client and nothing between: acknowledged to the agent when
 * all in-sync replicas have them.
 *
 * <p>A record is a line; its key is {@code tenant/service/namespace/pod/container}, of a
 * three-frame line {@code tenant/service/tag}, so a container's lines stand in one partition in
 * their order. Its headers name the stream, and the header pair {@code stream-id} and {@code
 * offset} names the line: a line that was sent again, by an agent or after a failure, has the same
 * pair, and the consumer drops it.
 *
 * <p>Batches are acknowledged in the order in which they came, since an acknowledgement covers all
 * before it. The producer repeats by itself what a broker did not take, in order, for as long as it
 * takes. Where it gives up nonetheless it is replaced, and everything that was not acknowledged is
 * sent again from the oldest batch on; so a line may come twice or be in disorder with its own
 * repeat, but none is missing. What waits is bounded by the windows of the agents, and by a number
 * of batches for the others.
 */
@NullMarked
package io.logroute.receiver.kafka;

import org.jspecify.annotations.NullMarked;
