// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.tail;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A file's bytes from its beginning, read by position, so that others can read the same file. */
final class ChannelStream extends InputStream {

  private final FileChannel channel;
  private long position;

  ChannelStream(FileChannel channel) {
    this.channel = channel;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] b, int off, int len) throws IOException {
    int count = channel.read(ByteBuffer.wrap(b, off, len), position);
    if (count > 0) {
      position += count;
    }
    return count;
  }

  @Override
  public int available() throws IOException {
    return (int) Math.min(Integer.MAX_VALUE, Math.max(0, channel.size() - position));
  }
}
