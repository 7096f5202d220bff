// SPDX-License-Identifier: Apache-2.0
/**
 * Lines to an OpenTelemetry collector, over OTLP/HTTP in protobuf: acknowledged to the agent when
 * the collector has answered that it has them.
 *
 * <p>A line is a log record, its container a resource by the Kubernetes conventions. Attribute
 * {@code log.record.uid}, of the stream and the line's offset in it, names the line: one that was
 * sent again, by an agent or after a failure, has the same, and may be dropped.
 *
 * <p>One thread owns everything, and one request is under way at a time, with the lines in the
 * order in which they came. It is repeated until it is answered for good, before any later line is
 * sent, so in the order of first occurrence a container's lines have no gap and no disorder,
 * whatever dies when. A crash before the acknowledgement makes the agent send again; after it, the
 * lines are the collector's.
 *
 * <p>What an answer means is said in the specification of OTLP 1.9: 429, 502, 503 and 504 are tried
 * again, after {@code Retry-After} where it is given; of any other failure the same request is not
 * sent again. Where the failure speaks of the sender and not of its lines (see {@link
 * io.logroute.receiver.otlp.Answer.Misdirected}), the lines wait until the collector takes an empty
 * request. Otherwise the request is cut in halves until only the lines are left that the collector
 * does not want, so that one of them does not take others with it; these are lost, counted and
 * said.
 *
 * <p>Memory: what waits is bounded by the windows of the agents and a number of batches for the
 * others; what is under way is some 4 MiB of records, or one batch, and their encoded form.
 */
@NullMarked
package io.logroute.receiver.otlp;

import org.jspecify.annotations.NullMarked;
