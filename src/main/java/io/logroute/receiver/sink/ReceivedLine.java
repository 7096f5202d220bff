// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.sink;

/**
 * One logical line, as bytes within the frame it came in; whoever holds it must not change them.
 *
 * @param stream where it belongs
 * @param frame the bytes of the third frame
 * @param offset of the line's first byte in the frame, after {@code "<tag>: "}
 */
@SuppressWarnings("ArrayRecordComponent")
public record ReceivedLine(TaggedStream stream, byte[] frame, int offset) {

  /** Bytes of the line, its end not included. */
  public int lengthBytes() {
    return frame.length - offset;
  }
}
