// SPDX-License-Identifier: Apache-2.0
/**
 * The acknowledged protocol's bytes, as {@code docs/acked-protocol.md} defines them: messages,
 * their encoding and decoding, and the limits on everything a peer can send. No sockets, no
 * threads, no policy: agent and receiver share it, and it depends on nothing but the JDK.
 *
 * <p>{@link io.logroute.wire.MessageDecoder} turns a frame into a {@link io.logroute.wire.Message};
 * bytes that are no message become {@link io.logroute.wire.Message.Malformed}, never an exception.
 * {@link io.logroute.wire.MessageEncoder} writes control messages, {@link
 * io.logroute.wire.BatchWriter} batches, line by line into the caller's array.
 */
@NullMarked
package io.logroute.wire;

import org.jspecify.annotations.NullMarked;
