// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.tail.GenerationReader;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one quantum. What a busy driver left in it is there when the same reading goes on,
 * and is read again only when another came in between. Belongs to a pipeline's thread.
 */
final class ReadBuffer {

  /** A quantum: as much as one file is read before the next has its turn. */
  static final int BYTES = 256 * 1024;

  private final byte[] bytes = new byte[BYTES];
  private @Nullable Progress of;
  private long position;
  private int start;
  private int end;

  byte[] bytes() {
    return bytes;
  }

  /** Makes sure that there is what comes next of a generation, as far as there is any. */
  void fill(Progress progress, GenerationReader reader) throws IOException {
    if (of == progress && position == progress.read() && start < end) {
      return;
    }
    clear();
    end = reader.read(progress.generation, progress.read(), bytes, 0, bytes.length);
    of = progress;
    position = progress.read();
  }

  /** Where the bytes start. */
  int start() {
    return start;
  }

  int end() {
    return end;
  }

  /** As many bytes were dealt with; the others stay only if the driver was busy. */
  void use(int count, boolean keepRest) {
    start += count;
    position += count;
    if (!keepRest) {
      clear();
    }
  }

  void clear() {
    of = null;
    start = 0;
    end = 0;
  }
}
