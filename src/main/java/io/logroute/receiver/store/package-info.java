// SPDX-License-Identifier: Apache-2.0
/**
 * Files of the receiver: CRI log files again, by tenant and service.
 *
 * <p>{@code DATA/<tenant>/<service>/<tag>.log} holds the lines of a three-frame stream as {@code
 * <RFC 3339 time of arrival, UTC> stdout F <line>\n}. A line that holds a line feed, which no agent
 * sends but anyone could, is kept with the tags {@code F:escaped}: in it {@code \n} stands for the
 * line feed and {@code \\} for a backslash. Files roll to {@code <tag>.log.<yyyyMMdd-HHmmss>} (UTC,
 * with {@code .n} when that is taken), and all but the newest of these become {@code .gz}, as the
 * kubelet does. What is the store's own stands in {@code DATA/+logroute}; a plus cannot occur in an
 * id.
 *
 * <p>Threads: {@link io.logroute.receiver.store.FileSink} has the one thread that writes, syncs and
 * renames; {@link io.logroute.receiver.store.Housekeeper} has the one that compresses and deletes
 * what has been rolled. Neither touches the other's files, so there is no lock.
 *
 * <p>Every step that can fail may be repeated: pending bytes stay in memory with the position they
 * belong to, and are written there again. A full disk therefore stops the intake, and goes on by
 * itself when there is room. A sync covers all batches taken before it, so a store that has to
 * acknowledge does so after {@link io.logroute.receiver.store.FileStore#sync}.
 */
@NullMarked
package io.logroute.receiver.store;

import org.jspecify.annotations.NullMarked;
