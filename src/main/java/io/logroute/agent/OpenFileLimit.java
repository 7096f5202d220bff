// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How many log files may be open at once: of what the process may open, the half, or all but
 * {@value #RESERVE}, whichever is more, and never so many that fewer than {@value #SPARE} are left
 * beside those that are open when the agent starts. The rest is for sockets, class files,
 * positions, and what drivers write. Pure, but for the reading of {@code /proc}.
 */
final class OpenFileLimit {

  private static final int RESERVE = 512;
  private static final int SPARE = 96;
  private static final int LEAST = 8;

  /** When the kernel does not tell: the limit that POSIX systems have had for long. */
  private static final long UNKNOWN = 1_024;

  private static final Pattern LINE = Pattern.compile("Max open files\\s+(\\d+)\\s.*");

  private OpenFileLimit() {}

  /** What this process may use for log files; to be asked before the first is opened. */
  static int ofThisProcess() {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return of(Files.readAllLines(Path.of("/proc/self/limits")), open.count());
    } catch (IOException e) {
      return ofLimit(UNKNOWN, 0);
    }
  }

  /** The same, of the lines of {@code /proc/self/limits}; {@code unlimited} is as good as a lot. */
  static int of(List<String> limits, long openNow) {
    for (String line : limits) {
      Matcher matcher = LINE.matcher(line);
      if (matcher.matches()) {
        return ofLimit(Long.parseLong(matcher.group(1)), openNow);
      }
    }
    return ofLimit(UNKNOWN, openNow);
  }

  private static int ofLimit(long limit, long openNow) {
    long share = Math.max(limit / 2, limit - RESERVE);
    return (int) Math.clamp(Math.min(share, limit - openNow - SPARE), LEAST, Integer.MAX_VALUE);
  }
}
