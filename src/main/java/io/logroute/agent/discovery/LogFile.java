// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.discovery;

import java.nio.file.Path;

/**
 * A log file as a sweep found it.
 *
 * @param inode device and inode, as {@link java.nio.file.attribute.BasicFileAttributes#fileKey}
 * @param modifiedMs time of the last write, milliseconds since the epoch
 */
public record LogFile(LogFileName name, Path path, Object inode, long sizeBytes, long modifiedMs) {}
