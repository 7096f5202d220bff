// SPDX-License-Identifier: Apache-2.0
/**
 * Bounds that JeroMQ lacks and that the agent's sockets need as the receiver's do: how long a frame
 * may be, how much may be announced and not sent, and how much may wait to be read. Sockets
 * themselves are elsewhere.
 */
@NullMarked
package io.logroute.zmq;

import org.jspecify.annotations.NullMarked;
