// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.MemoryCentre.Arrival;
import io.logroute.agent.driver.ContainerInstance;
import io.logroute.agent.driver.DriverContext;
import io.logroute.agent.driver.LogDriver;
import io.logroute.agent.driver.LogLine;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the ZeroMQ drivers promise their pipeline, without a network. Lines are <em>queued</em>,
 * then <em>sent</em>: with a centre that acknowledges they stay pending until it has, and go out
 * again after every break; with another one they settle a second after the last was sent, and a
 * break may have cost them.
 */
final class MemoryDriver implements LogDriver {

  private static final int MAX_QUEUED = 40;
  private static final long SETTLE_NANOS = 1_000_000_000L;

  /** A line on its way. */
  private static final class Flying {
    final Arrival line;
    final int round;
    long sentNanos;

    Flying(Arrival line, int round) {
      this.line = line;
      this.round = round;
    }
  }

  private final DriverContext context;
  private final MemoryCentre centre;
  private final Random random;
  private final Function<LogLine, MemoryCentre.Reading> readings;
  private final Consumer<Arrival> possiblyLost;
  private final Consumer<Arrival> settled;
  private final Deque<Flying> queued = new ArrayDeque<>();
  private final Deque<Flying> sent = new ArrayDeque<>();
  private final Set<String> refused = new HashSet<>();
  private final List<Flying> taken = new ArrayList<>();
  private int round;
  private boolean closed;

  /**
   * @param readings what a line's reading is called
   * @param possiblyLost is told of each line that a break cost
   * @param settled is told of each line once no line that was taken in the same round is pending: a
   *     position moves by quanta
   */
  MemoryDriver(
      DriverContext context,
      MemoryCentre centre,
      Random random,
      Function<LogLine, MemoryCentre.Reading> readings,
      Consumer<Arrival> possiblyLost,
      Consumer<Arrival> settled) {
    this.context = context;
    this.centre = centre;
    this.random = random;
    this.readings = readings;
    this.possiblyLost = possiblyLost;
    this.settled = settled;
    context.status().connected();
  }

  @Override
  public String name() {
    return "zmq";
  }

  @Override
  public Outcome log(LogLine line) {
    if (closed) {
      throw new IllegalStateException("a line after the end");
    }
    if (!centre.isUp() || queued.size() >= MAX_QUEUED) {
      return Outcome.BUSY;
    }
    ContainerInstance of = line.target().instance();
    if (refused.contains(of.folder() + line.isStderr())) {
      return Outcome.REFUSED;
    }
    queued.add(
        new Flying(
            new Arrival(
                of.folder(),
                line.target().route(),
                of.restart(),
                line.isStderr(),
                line.generation(),
                line.start(),
                line.end(),
                line.isCarried(),
                line.isTruncated(),
                Arrays.copyOfRange(line.bytes(), line.offset(), line.offset() + line.length()),
                readings.apply(line)),
            round));
    return Outcome.TAKEN;
  }

  @Override
  public long pendingLines() {
    return queued.size() + sent.size();
  }

  @Override
  public boolean work(long nowNanos, boolean idle) {
    round++;
    if (!centre.isUp()) {
      return false;
    }
    int before = queued.size() + sent.size();
    int sending = idle ? queued.size() : random.nextInt(queued.size() + 1);
    for (int i = 0; i < sending; i++) {
      send(queued.remove(), nowNanos);
    }
    if (centre.acknowledges()) {
      acknowledge(random.nextInt(sent.size() + 1));
    } else {
      settle(nowNanos);
    }
    return sending > 0 || before != queued.size() + sent.size();
  }

  private void send(Flying flying, long nowNanos) {
    flying.sentNanos = nowNanos;
    centre.take(flying.line);
    sent.add(flying);
  }

  private void acknowledge(int lines) {
    for (int i = 0; i < lines; i++) {
      taken.add(sent.remove());
    }
    Flying next = sent.isEmpty() ? queued.peek() : sent.peek();
    if (!taken.isEmpty() && (next == null || next.round != taken.getLast().round)) {
      taken.forEach(flying -> settled.accept(flying.line));
      taken.clear();
    }
  }

  private void settle(long nowNanos) {
    if (queued.isEmpty() && !sent.isEmpty() && nowNanos - sent.getLast().sentNanos > SETTLE_NANOS) {
      acknowledge(sent.size());
    }
    while (sent.size() > 2 * MAX_QUEUED) {
      acknowledge(1);
    }
  }

  /**
   * The connection breaks, or the centre is killed; of what was sent and is pending the last so
   * many lines are not there.
   */
  void cut(int lost) {
    if (centre.acknowledges()) {
      for (int i = 0; !sent.isEmpty(); i++) {
        Flying last = sent.removeLast();
        if (i < lost) {
          centre.lose(last.line);
        }
        queued.addFirst(last);
      }
      return;
    }
    for (int i = 0; i < lost && !sent.isEmpty(); i++) {
      Arrival gone = sent.removeLast().line;
      centre.lose(gone);
      possiblyLost.accept(gone);
      context.possiblyLost().accept(1);
    }
    acknowledge(sent.size());
  }

  boolean isClosed() {
    return closed;
  }

  /** Refuses the lines of a stream from now on; null: takes all again. */
  void refuse(@Nullable String containerAndStream) {
    if (containerAndStream == null) {
      refused.clear();
    } else {
      refused.add(containerAndStream);
    }
  }

  @Override
  public void close(long graceMs) {
    closed = true;
    if (centre.isUp()) {
      while (!queued.isEmpty()) {
        send(queued.remove(), 0);
      }
      acknowledge(sent.size());
    }
  }
}
