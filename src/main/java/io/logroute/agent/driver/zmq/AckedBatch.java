// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.driver.zmq;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A BATCH that is filled, or that waits to be acknowledged, with how far it brings each of its
 * streams. Used by one thread; its bytes belong to JeroMQ between sending and acknowledgement.
 */
final class AckedBatch {

  private static final class Reach {
    final AckedStream stream;
    long end;

    Reach(AckedStream stream) {
      this.stream = stream;
    }
  }

  final byte[] bytes;
  int length;
  int lines;
  private final List<Reach> reaches = new ArrayList<>(2);
  private @Nullable Reach newest;

  AckedBatch(int capacityBytes) {
    this.bytes = new byte[capacityBytes];
  }

  /** Makes an old batch new. */
  void reset() {
    length = 0;
    lines = 0;
    reaches.clear();
    newest = null;
  }

  /** Notes that it holds a line of a stream that ends there. */
  void reach(AckedStream stream, long end) {
    reachOf(stream).end = end;
  }

  private Reach reachOf(AckedStream stream) {
    Reach last = newest;
    if (last != null && last.stream == stream) {
      return last;
    }
    Reach reach = null;
    for (int i = reaches.size() - 1; i >= 0 && reach == null; i--) {
      reach = reaches.get(i).stream == stream ? reaches.get(i) : null;
    }
    if (reach == null) {
      reach = new Reach(stream);
      reaches.add(reach);
      stream.pendingBatches++;
    }
    newest = reach;
    return reach;
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

  /** The streams that it holds lines of. */
  List<AckedStream> streams() {
    return reaches.stream().map(reach -> reach.stream).toList();
  }
}
