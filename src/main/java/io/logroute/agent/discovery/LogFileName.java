// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.discovery;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name of a file in a container's log folder: {@code 3.log}, {@code 3.log.20261122-101500} once
 * rotated, {@code 3.log.20261122-101500.gz} once compressed (kubelet container_log_manager.go).
 * Ordered as the files were written.
 *
 * @param restart how often the container had been restarted
 * @param rotatedAt the kubelet's local time of the rotation; empty for the current file
 */
public record LogFileName(int restart, String rotatedAt, boolean compressed)
    implements Comparable<LogFileName> {

  private static final Pattern NAME =
      Pattern.compile("(\\d{1,9})\\.log(?:\\.(\\d{8}-\\d{6})(\\.gz)?)?");

  /** The parts of a file's name; null when it is none of ours, {@code .tmp} files included. */
  public static @Nullable LogFileName parse(String name) {
    Matcher m = NAME.matcher(name);
    if (!m.matches()) {
      return null;
    }
    String rotatedAt = m.group(2) == null ? "" : m.group(2);
    return new LogFileName(Integer.parseInt(m.group(1)), rotatedAt, m.group(3) != null);
  }

  /** Whether this is the file that the runtime writes to now, as far as its name tells. */
  public boolean isCurrent() {
    return rotatedAt.isEmpty();
  }

  @Override
  public int compareTo(LogFileName other) {
    if (restart != other.restart) {
      return Integer.compare(restart, other.restart);
    }
    if (isCurrent() != other.isCurrent()) {
      return Boolean.compare(isCurrent(), other.isCurrent());
    }
    int order = rotatedAt.compareTo(other.rotatedAt);
    return order != 0 ? order : Boolean.compare(other.compressed, compressed);
  }

  @Override
  public String toString() {
    return restart + ".log" + (isCurrent() ? "" : "." + rotatedAt) + (compressed ? ".gz" : "");
  }
}
