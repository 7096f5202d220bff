// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.intake;

/**
 * What a socket lets its peers make it hold. ZeroMQ counts messages, not bytes, so one peer can
 * make a socket hold at most {@code highWaterMessages} times {@code maxFrameBytes}.
 *
 * @param maxFrameBytes of a longer frame the connection is closed before memory is taken for it
 * @param arrivingBytes of frames that all peers have announced and not sent whole
 * @param highWaterMessages of one peer, before the socket stops reading from it
 * @param connections at a time; further ones are ended
 */
public record IntakeLimits(
    long maxFrameBytes, long arrivingBytes, int highWaterMessages, int connections) {

  /** Lines of 4 MiB; the agent's own default limit is 1 MiB. */
  public static IntakeLimits ofMemory(long heapBytes) {
    return new IntakeLimits((4L << 20) + 1024, heapBytes / 8, 256, 4096);
  }
}
