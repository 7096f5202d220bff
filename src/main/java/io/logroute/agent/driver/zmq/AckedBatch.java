// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.driver.zmq;

import java.util.ArrayList;
import java.util.List;

/**
 * A BATCH that is filled, or that waits to be acknowledged, with how far it brings each of its
 * streams. Used by one thread; its bytes belong to JeroMQ between sending and acknowledgement.
 */
final class AckedBatch {

  private record Reach(AckedStream stream, long end) {}

  final byte[] bytes;
  int length;
  int lines;
  private final List<Reach> reaches = new ArrayList<>(2);

  AckedBatch(int capacityBytes) {
    this.bytes = new byte[capacityBytes];
  }

  /** Makes an old batch new. */
  void reset() {
    length = 0;
    lines = 0;
    reaches.clear();
  }

  /** Notes that it holds a line of a stream that ends there. */
  void reach(AckedStream stream, long end) {
    int last = reaches.size() - 1;
    if (last >= 0 && reaches.get(last).stream == stream) {
      reaches.set(last, new Reach(stream, end));
      return;
    }
    reaches.add(new Reach(stream, end));
    stream.pendingBatches++;
  }

  /** Whether every line of it is taken over, or of a stream that is refused. */
  boolean isDone() {
    for (Reach reach : reaches) {
      if (!reach.stream.refused && reach.stream.acknowledged < reach.end) {
        return false;
      }
    }
    return true;
  }

  boolean hasRefused() {
    return reaches.stream().anyMatch(reach -> reach.stream.refused);
  }

  /** The streams that it holds lines of; one may stand there twice. */
  List<AckedStream> streams() {
    return reaches.stream().map(Reach::stream).toList();
  }
}
