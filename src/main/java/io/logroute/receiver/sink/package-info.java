// SPDX-License-Identifier: Apache-2.0
/**
 * What passes between the receiver's sockets and whatever keeps the lines: batches of checked
 * lines, and the interface that takes them. Neither side knows the other, so a store of another
 * kind is a class more.
 */
@NullMarked
package io.logroute.receiver.sink;

import org.jspecify.annotations.NullMarked;
