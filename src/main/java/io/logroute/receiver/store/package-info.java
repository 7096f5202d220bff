// SPDX-License-Identifier: Apache-2.0
/**
 * Files of the receiver: CRI log files again, by tenant and service.
 *
 * <h2>Three-frame lines</h2>
 *
 * <p>{@code DATA/<tenant>/<service>/<tag>.log} holds the lines of a three-frame stream as {@code
 * <RFC 3339 time of arrival, UTC> stdout F <line>\n}. A line that holds a line feed, which no agent
 * sends but anyone could, is kept with the tags {@code F:escaped}: in it {@code \n} stands for the
 * line feed and {@code \\} for a backslash. Files roll to {@code <tag>.log.<yyyyMMdd-HHmmss>} (UTC,
 * with {@code .n} when that is taken), and all but the newest of these become {@code .gz}, as the
 * kubelet does, in members of their own for each {@link io.logroute.receiver.store.Block}, so that
 * a part can be read alone. What is the store's own stands in {@code DATA/+logroute}; a plus cannot
 * occur in an id.
 *
 * <p>Threads: {@link io.logroute.receiver.store.FileSink} has the one thread that writes, syncs and
 * renames these, {@link io.logroute.receiver.store.AckedFileSink} that of acknowledged lines;
 * {@link io.logroute.receiver.store.Housekeeper} has the one that compresses and deletes what has
 * been rolled. Neither touches the other's files, so there is no lock.
 *
 * <p>Every step that can fail may be repeated: pending bytes stay in memory with the position they
 * belong to, and are written there again. A full disk therefore stops the intake, and goes on by
 * itself when there is room.
 *
 * <h2>Acknowledged lines</h2>
 *
 * <p>They stand in {@code
 * DATA/<tenant>/<service>/<namespace>_<pod>_<uid>/<container>/<restart>.log} with their own time
 * and stream; a line that was cut has the tag {@code truncated}. {@code +logroute/marks} ({@link
 * io.logroute.receiver.store.Snapshot}) holds the mark of each stream, the greatest end offset
 * stored, and the number of the one journal that goes on from there; {@code
 * +logroute/journal-<number>} ({@link io.logroute.receiver.store.Journal}) holds a record for each
 * group of batches since: which bytes come to stand where in which file, and the marks after that.
 *
 * <p>A group goes this way: its record is appended to the journal and synced; it is acknowledged;
 * its bytes are written to the files. A checkpoint goes this way: all files and their folders are
 * synced; an empty journal with the next number is made and synced; marks that name it are written,
 * synced and renamed over the old ones, and the folder is synced; the old journal is deleted. A
 * start reads the marks, replays the journal that they name, and ends with a checkpoint. Why after
 * a kill at any moment no acknowledged line is missing, and a line that comes again is stored once:
 *
 * <ol>
 *   <li>Only whole records count, by their checksum. Each is synced before the next is begun, so
 *       only the last can be torn, and that one was neither acknowledged nor written to a file.
 *   <li>Every byte in the files is in the journal that the marks name, or was synced at the
 *       checkpoint before it. So a start finds files that are as they were at that checkpoint but
 *       for any part of what the journal says, and since a record says where its bytes belong,
 *       doing all of them in order makes the files what they were to be, however often it is done.
 *   <li>Marks and lines are in the same record, so the marks after a replay are those of exactly
 *       the lines that are there. What is acknowledged is in the record, so it is there and its
 *       mark too; what came after is not there and has no mark, and comes again.
 *   <li>The marks' rename is the moment of a checkpoint. Before it the old journal is replayed onto
 *       files that have all of it; after it there is nothing to replay. From the moment the rename
 *       may have happened nothing is appended to the old journal.
 *   <li>A file is rolled only while the journal is empty, and its new name is synced before the
 *       next record, so no position in a journal ever meets another file. Compression and deletion
 *       touch rolled files only.
 *   <li>When a write or sync of the journal fails nobody knows what it holds, so the next group
 *       goes to another: a checkpoint comes first, with the marks of before the group.
 * </ol>
 *
 * <p>A mark is let go 30 days after the last line of its stream, or when there are more than a
 * million; repeats of that stream would then be stored again. A folder from which somebody else
 * deletes or cuts files that are written to is not covered.
 */
@NullMarked
package io.logroute.receiver.store;

import org.jspecify.annotations.NullMarked;
