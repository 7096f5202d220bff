// SPDX-License-Identifier: Apache-2.0
/**
 * Finds lines in the files of the store, and follows them while they grow. Only reads: the store's
 * threads roll, compress and delete meanwhile, and are never waited for.
 *
 * <h2>Order</h2>
 *
 * <p>Lines of a file are not in the order of their times, so everything here is ordered by a {@link
 * io.logroute.receiver.search.LineKey}: time, then stream, file and offset. A key is the same
 * whether its file is written to, rolled or compressed, and after a restart; so it says where a
 * page ends, and it is a permanent link.
 *
 * <h2>Index</h2>
 *
 * <p>Each file is known by its {@link io.logroute.receiver.store.Block}s of some 256 KiB with the
 * least and greatest time of each: compressed files hold that list themselves, of plain ones it is
 * made when they are first asked for, and goes on where it stopped. A search takes the blocks that
 * may hold lines of the time asked for, in the order of their least (or greatest) time, keeps the
 * best lines of all it has seen, and ends when the next block can hold none that is better. So it
 * is exact however the lines are mixed, reads what it needs, and holds one page in memory.
 */
@NullMarked
package io.logroute.receiver.search;

import org.jspecify.annotations.NullMarked;
