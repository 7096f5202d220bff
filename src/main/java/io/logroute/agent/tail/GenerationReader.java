// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.tail;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads generations by position. A plain file is read where asked; a compressed one goes on where
 * the last read ended, and starts again from its beginning for anything before that. Used by one
 * thread.
 */
public final class GenerationReader implements Closeable {

  private Generation.@Nullable OpenFile current;
  private @Nullable InputStream decompressed;
  private long decompressedPosition;

  /**
   * Reads up to {@code length} bytes from {@code position} on.
   *
   * @return how many; 0 when there are no more now, or when the file was truncated and they may be
   *     of what was written since: the next sweep finds out
   * @throws IOException when the file cannot be read, or is not what its name says. What a damaged
   *     file gives before the damage is returned first
   */
  public int read(Generation generation, long position, byte[] target, int offset, int length)
      throws IOException {
    Generation.OpenFile file = generation.openFile();
    if (!file.compressed()) {
      ByteBuffer buffer = ByteBuffer.wrap(target, offset, length);
      int count = Math.max(0, file.channel().read(buffer, position));
      return count > 0 && generation.wasWrittenAnew() ? 0 : count;
    }
    InputStream in = at(file, position);
    int count = 0;
    while (count < length) {
      int more = readMore(in, target, offset + count, length - count, count > 0);
      if (more <= 0) {
        break;
      }
      count += more;
    }
    decompressedPosition += count;
    return count;
  }

  private int readMore(InputStream in, byte[] target, int offset, int length, boolean haveSome)
      throws IOException {
    try {
      return in.read(target, offset, length);
    } catch (IOException e) {
      if (!haveSome) {
        throw e;
      }
      return 0;
    }
  }

  private InputStream at(Generation.OpenFile file, long position) throws IOException {
    InputStream in = decompressed;
    if (in == null || current != file || position < decompressedPosition) {
      close();
      in = file.decompressed();
      current = file;
      decompressed = in;
    }
    in.skipNBytes(position - decompressedPosition);
    decompressedPosition = position;
    return in;
  }

  /** Gives back what reading a compressed file took. The generation stays open. */
  @Override
  public void close() throws IOException {
    InputStream in = decompressed;
    decompressed = null;
    current = null;
    decompressedPosition = 0;
    if (in != null) {
      in.close();
    }
  }
}
