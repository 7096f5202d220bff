// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.driver.zmq;

import io.logroute.agent.driver.CurveKeyFiles;
import io.logroute.agent.driver.DriverContext;
import io.logroute.options.TcpAddress;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.zeromq.SocketType;

/**
 * Opens connections, one after the other: the node keeps to one address of several, its name's hash
 * saying which first, and moves on to the next when one fails, after a pause that grows. Never
 * blocks; used by the pipeline's thread.
 */
final class Dialer {

  /** An address has failed after this long without a handshake, contracts section 2. */
  static final int HANDSHAKE_LIMIT_MS = 10_000;

  /**
   * Short at first, since a connect that JeroMQ has lost recovers only by it (jeromq#1022), then
   * longer, since a receiver to which all agents come back at once needs its time for each.
   */
  private static final int FIRST_HANDSHAKE_MS = 1_000;

  private static final long FIRST_PAUSE_MS = 50;
  private static final long MAX_PAUSE_MS = 2_000;

  private final DriverContext context;
  private final SocketType socketType;
  private final List<TcpAddress> addresses;
  private int index;
  private @Nullable Resolution resolution;
  private @Nullable Connection dialled;
  private long dialledNanos;
  private long nextNanos = System.nanoTime();
  private long pauseMs = FIRST_PAUSE_MS;
  private int handshakeMs = FIRST_HANDSHAKE_MS;

  Dialer(DriverContext context, SocketType socketType) {
    this.context = context;
    this.socketType = socketType;
    this.addresses = context.addresses().stream().map(TcpAddress::parse).toList();
    this.index = firstChoice(context.node(), addresses.size());
    context.status().disconnected("connecting to " + address());
  }

  /** Which of so many addresses a node begins with, so that nodes are spread over them. */
  static int firstChoice(String node, int addresses) {
    return Math.floorMod(node.hashCode(), addresses);
  }

  /** The address that it is at. */
  TcpAddress address() {
    return addresses.get(index);
  }

  /** The next connection; null while its name is looked up, or it is too early. */
  @Nullable Connection dial(long nowNanos) {
    if (nowNanos < nextNanos) {
      return null;
    }
    Resolution lookup = resolution;
    if (lookup == null) {
      resolution = new Resolution(address(), context.wakeUp());
      return null;
    }
    if (!lookup.isDone()) {
      return null;
    }
    resolution = null;
    String resolved = lookup.address();
    if (resolved == null) {
      moveOn(nowNanos, "the name " + address().host() + " does not resolve");
      return null;
    }
    CurveKeyFiles curve = context.curve();
    try {
      CurveKeyFiles.Keys keys = curve == null ? null : curve.read();
      dialledNanos = nowNanos;
      dialled = new Connection(socketType, resolved, context.wakeUp(), keys, handshakeMs);
      return dialled;
    } catch (IOException e) {
      moveOn(nowNanos, String.valueOf(e.getMessage()));
      return null;
    }
  }

  /** Whether the connection that was dialled last has had its time to come up. */
  boolean isOverdue(long nowNanos) {
    return TimeUnit.NANOSECONDS.toMillis(nowNanos - dialledNanos) > HANDSHAKE_LIMIT_MS;
  }

  /** The address did not do; the next one's turn comes after a pause. */
  void failed(long nowNanos, String why) {
    Connection last = dialled;
    dialled = null;
    if (last != null && last.endedInHandshake(nowNanos)) {
      handshakeMs = Math.min(HANDSHAKE_LIMIT_MS, 2 * handshakeMs);
    }
    moveOn(nowNanos, why);
  }

  private void moveOn(long nowNanos, String why) {
    context.status().disconnected(why);
    index = (index + 1) % addresses.size();
    long jitterMs = ThreadLocalRandom.current().nextLong(pauseMs / 2 + 1);
    nextNanos = nowNanos + TimeUnit.MILLISECONDS.toNanos(pauseMs / 2 + jitterMs);
    pauseMs = Math.min(MAX_PAUSE_MS, 2 * pauseMs);
  }

  /** Lines have got through: the next pause and the next handshake are short ones again. */
  void succeeded() {
    pauseMs = FIRST_PAUSE_MS;
    handshakeMs = FIRST_HANDSHAKE_MS;
  }
}
