// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.source;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The lines that are logged while it is open. slf4j-simple writes to whatever {@code System.err} is
 * at the time, and so do the lines that one sees on a console.
 */
final class CapturedLog implements AutoCloseable {

  private final PrintStream before = System.err;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  CapturedLog() {
    System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
  }

  /** Those of a level, such as {@code WARN}, from a class. */
  List<String> lines(String level, Class<?> from) {
    return bytes
        .toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.contains(" " + level + " " + from.getSimpleName() + " "))
        .toList();
  }

  @Override
  public void close() {
    System.setErr(before);
    before.print(bytes.toString(StandardCharsets.UTF_8));
  }
}
