// SPDX-License-Identifier: Apache-2.0
/**
 * Sockets of the receiver. The one package of the receiver that sees ZeroMQ.
 *
 * <p>A SUB or a PUB refuses a PUSH or PULL peer in the handshake, so each kind of sender has a
 * socket of its own, and each socket one thread that alone touches it after it is bound. What comes
 * in is checked here, before anything else sees it: number of frames, ids, length of the tag. What
 * is refused is counted by its reason and is never an exception.
 *
 * <p>{@link io.logroute.receiver.intake.AckedIntake} is the ROUTER of the acknowledged protocol: it
 * reads always, and {@link io.logroute.receiver.intake.AckedSessions}, which knows no socket,
 * answers.
 *
 * <p>Settings follow what is known of JeroMQ 0.6.0: a handshake interval, since a connection that
 * stalls while it is set up recovers only by it; no heartbeats, since a receiver that reads nothing
 * for a while answers none and would be cut off although it is healthy; keep-alive of TCP instead.
 * JeroMQ takes memory of the size of the receive buffer for each connection, so the ROUTER, which
 * may have thousands and takes large messages, leaves that to the kernel.
 */
@NullMarked
package io.logroute.receiver.intake;

import org.jspecify.annotations.NullMarked;
