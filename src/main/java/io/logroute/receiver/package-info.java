// SPDX-License-Identifier: Apache-2.0
/**
 * The reference centre: takes lines in and keeps them. {@link io.logroute.receiver.Receiver} wires
 * {@code intake} (sockets) to {@code store} (files), {@code kafka} or {@code otlp} over {@code
 * sink}, what passes between them; {@code search} reads the files, and {@code web} shows them.
 */
@NullMarked
package io.logroute.receiver;

import org.jspecify.annotations.NullMarked;
