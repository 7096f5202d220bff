// SPDX-License-Identifier: Apache-2.0
/** Sockets of the receiver. The one package of the receiver that sees ZeroMQ. */
@NullMarked
package io.logroute.receiver.intake;

import org.jspecify.annotations.NullMarked;
