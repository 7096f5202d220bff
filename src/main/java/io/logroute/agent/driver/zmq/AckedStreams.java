// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.driver.zmq;

import io.logroute.agent.driver.ContainerInstance;
import io.logroute.agent.driver.LogLine;
import io.logroute.agent.driver.Target;
import io.logroute.wire.StandardStream;
import io.logroute.wire.StreamIdentity;
import io.logroute.wire.WireLimits;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The dictionary of streams of the agent's end, docs/acked-protocol.md. A stream keeps its number
 * over sessions as long as a batch holds lines of it; the others get new numbers when they are used
 * again. Never more are known than the receiver opens, but for those that batches hold. Used by one
 * thread.
 */
final class AckedStreams {

  /** The streams of a target's newest generation, found without a look-up for each line. */
  private static final class TargetStreams {
    long generation;
    @Nullable AckedStream stdout;
    @Nullable AckedStream stderr;
  }

  private final Map<StreamIdentity, AckedStream> byIdentity = new HashMap<>();
  private final Map<Integer, AckedStream> byNumber = new HashMap<>();
  private final Consumer<AckedStream> ended;
  private int maxStreams = WireLimits.USUAL_OPEN_STREAMS;
  private int lastNumber;

  /**
   * @param ended is told of each stream that has to make room
   */
  AckedStreams(Consumer<AckedStream> ended) {
    this.ended = ended;
  }

  /** The stream that a line belongs to; a new one may not be open yet. */
  AckedStream of(LogLine line) {
    Target target = line.target();
    TargetStreams known =
        target.attachment() instanceof TargetStreams attached ? attached : new TargetStreams();
    if (known.generation != line.generation()) {
      known = new TargetStreams();
    }
    AckedStream stream = line.isStderr() ? known.stderr : known.stdout;
    if (stream == null || stream.isEnded) {
      stream = lookUp(line);
      known.generation = line.generation();
      if (line.isStderr()) {
        known.stderr = stream;
      } else {
        known.stdout = stream;
      }
      target.attach(known);
    }
    return stream;
  }

  private AckedStream lookUp(LogLine line) {
    StreamIdentity identity = identity(line);
    AckedStream stream = byIdentity.get(identity);
    if (stream == null) {
      endUnused();
      stream = new AckedStream(++lastNumber, identity);
      byIdentity.put(identity, stream);
      byNumber.put(stream.number, stream);
    }
    stream.usedNanos = System.nanoTime();
    return stream;
  }

  private static StreamIdentity identity(LogLine line) {
    Target target = line.target();
    ContainerInstance instance = target.instance();
    return new StreamIdentity(
        instance.cluster(),
        instance.node(),
        target.tenantId(),
        target.serviceId(),
        target.route(),
        instance.namespace(),
        instance.pod(),
        instance.podUid(),
        instance.container(),
        instance.restart(),
        line.isStderr() ? StandardStream.STDERR : StandardStream.STDOUT,
        line.generation());
  }

  /** Frees the numbers of streams that had no line for longest, when there are nearly too many. */
  private void endUnused() {
    if (byIdentity.size() < maxStreams - 1) {
      return;
    }
    List<AckedStream> unused =
        byIdentity.values().stream()
            .filter(stream -> stream.pendingBatches == 0)
            .sorted(Comparator.comparingLong(stream -> stream.usedNanos))
            .limit(Math.max(1, maxStreams / 8))
            .toList();
    for (AckedStream stream : unused) {
      stream.isEnded = true;
      byIdentity.remove(stream.identity);
      byNumber.remove(stream.number);
      ended.accept(stream);
    }
  }

  /** The stream of a number; null when the number is not in use any more. */
  @Nullable AckedStream numbered(int number) {
    return byNumber.get(number);
  }

  /** The cluster that the streams are of; empty while there are none. */
  String cluster() {
    return byIdentity.values().stream().findFirst().map(s -> s.identity.cluster()).orElse("");
  }

  /**
   * A session begins.
   *
   * @param max as many streams as the receiver opens
   * @return those that kept batches need, which have to be opened in this order: numbers ascend
   */
  List<AckedStream> begin(int max) {
    maxStreams = max;
    List<AckedStream> kept =
        byIdentity.values().stream()
            .filter(stream -> stream.pendingBatches > 0)
            .sorted(Comparator.comparingInt(stream -> stream.number))
            .toList();
    byIdentity.values().forEach(stream -> stream.isEnded = stream.pendingBatches == 0);
    byIdentity.values().retainAll(kept);
    byNumber.values().retainAll(kept);
    return kept;
  }

  /** The session has ended: no stream is open, none is refused. */
  void end() {
    for (AckedStream stream : byIdentity.values()) {
      stream.opened = false;
      stream.refused = false;
    }
  }
}
