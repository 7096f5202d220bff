// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.driver.zmq;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** What a subscriber asked for: prefixes of the first frame. Used by one thread. */
final class Subscriptions {

  private final Set<Prefix> prefixes = new HashSet<>();

  private record Prefix(byte[] bytes) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Prefix prefix && Arrays.equals(bytes, prefix.bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }
  }

  /** Takes what came from the subscriber; false when it was no subscription. */
  boolean change(byte[] frame) {
    if (frame.length == 0 || frame[0] > 1 || frame[0] < 0) {
      return false;
    }
    Prefix prefix = new Prefix(Arrays.copyOfRange(frame, 1, frame.length));
    return frame[0] == 1 ? prefixes.add(prefix) : prefixes.remove(prefix);
  }

  void clear() {
    prefixes.clear();
  }

  int count() {
    return prefixes.size();
  }

  boolean isEmpty() {
    return prefixes.isEmpty();
  }

  boolean cover(byte[] topic) {
    for (Prefix prefix : prefixes) {
      int length = prefix.bytes.length;
      if (length <= topic.length && Arrays.equals(prefix.bytes, 0, length, topic, 0, length)) {
        return true;
      }
    }
    return false;
  }
}
