// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.intake;

import io.logroute.receiver.sink.AckedStream;
import io.logroute.wire.Message;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the receiver keeps of one session. Used by the socket's thread. */
final class AckedSession {

  final String peer;
  final long id;
  final String cluster;
  final String node;
  final long windowBytes;

  /** The key that it sends with; null: there are no keys. */
  final @Nullable String sender;

  /** When something came from the agent last. */
  long heardNanos;

  /** The number of the batch that is to come next. */
  long nextBatch = 1;

  /** Bytes of batches that are not stored yet. */
  long outBytes;

  boolean ended;

  private final Map<Integer, AckedStream> streams = new HashMap<>();
  private final Set<Integer> refused = new HashSet<>();
  private int lastStream;

  AckedSession(
      String peer, Message.Hello hello, @Nullable String sender, long windowBytes, long nowNanos) {
    this.sender = sender;
    this.peer = peer;
    this.id = hello.session();
    this.cluster = hello.cluster();
    this.node = hello.node();
    this.windowBytes = windowBytes;
    this.heardNanos = nowNanos;
  }

  /** Takes a number as used; false: it is not greater than all before it. */
  boolean use(int number) {
    boolean greater = number > lastStream;
    lastStream = Math.max(lastStream, number);
    return greater;
  }

  void open(int number, AckedStream stream) {
    streams.put(number, stream);
  }

  void refuse(int number) {
    refused.add(number);
  }

  /** Frees a number; the stream that had it, null when there is none. */
  @Nullable AckedStream end(int number) {
    refused.remove(number);
    return streams.remove(number);
  }

  @Nullable AckedStream stream(int number) {
    return streams.get(number);
  }

  boolean isRefused(int number) {
    return refused.contains(number);
  }

  /** The streams that are open. */
  Collection<AckedStream> streams() {
    return streams.values();
  }

  int openStreams() {
    return streams.size();
  }

  int refusedStreams() {
    return refused.size();
  }
}
