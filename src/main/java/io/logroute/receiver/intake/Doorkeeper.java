// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.intake;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;
import org.zeromq.ZMQException;
import org.zeromq.ZMsg;
import zmq.ZError;

/**
 * Answers the question of each new CURVE connection whether its key may send, ZeroMQ's RFC 27. It
 * is there before the first connection can be and until after the last, since JeroMQ lets everyone
 * in whom nobody is asked about.
 */
final class Doorkeeper implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Doorkeeper.class);

  private static final String PLACE = "inproc://zeromq.zap.01";
  private static final int POLL_MS = 200;
  private static final int REQUEST_FRAMES = 7;
  private static final int KEY_BYTES = 32;
  private static final int REMEMBERED = 1024;

  private final ZMQ.Socket socket;
  private final Senders senders;
  private final AckedMetrics metrics;
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean stopping;

  /** Keys that were refused, so that each is said once. */
  private final Map<String, Boolean> refused =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
          return size() > REMEMBERED;
        }
      };

  Doorkeeper(ZMQ.Context context, Senders senders, AckedMetrics metrics) {
    this.senders = senders;
    this.metrics = metrics;
    this.socket = context.socket(SocketType.ROUTER);
    socket.setLinger(0);
    socket.setReceiveTimeOut(POLL_MS);
    socket.bind(PLACE);
    Thread.ofPlatform().name("receiver-doorkeeper").daemon().start(this::run);
  }

  private void run() {
    try {
      while (!stopping) {
        ZMsg request = ZMsg.recvMsg(socket);
        if (request != null) {
          answer(request);
        }
      }
    } catch (ZMQException e) {
      if (e.getErrorCode() != ZError.ETERM) {
        LOG.error("nobody new is let in any more: {}", e.toString());
      }
    } finally {
      socket.close();
      ended.countDown();
    }
  }

  /** Routing id, delimiter, version, request id, domain, address, identity, mechanism, key. */
  private void answer(ZMsg request) {
    if (request.size() < REQUEST_FRAMES + 2) {
      return;
    }
    byte[][] frames = new byte[request.size()][];
    for (int i = 0; i < frames.length; i++) {
      frames[i] = request.pop().getData();
    }
    byte[] key = frames[8];
    boolean isKey = key.length == KEY_BYTES && new String(frames[7], US_ASCII).equals("CURVE");
    String text = isKey ? ZMQ.Curve.z85Encode(key) : "";
    boolean allowed = isKey && senders.knows(text);
    if (!allowed) {
      refused(text, new String(frames[5], US_ASCII));
    }
    ZMsg reply = new ZMsg();
    reply.add(frames[0]);
    reply.add(frames[1]);
    reply.add(frames[2]);
    reply.add(frames[3]);
    reply.add(allowed ? "200" : "400");
    reply.add(allowed ? "OK" : "this key may not send here");
    reply.add(allowed ? text : "");
    reply.add(new byte[0]);
    reply.send(socket);
  }

  private void refused(String key, String address) {
    metrics.refusedKey();
    if (refused.putIfAbsent(key, true) == null) {
      LOG.warn(
          "an agent at {} is refused: its public key {} is not among those that may send",
          address,
          key);
    }
  }

  /** Returns when the socket is closed. */
  @Override
  public void close() {
    stopping = true;
    boolean interrupted = false;
    while (ended.getCount() > 0) {
      try {
        ended.await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
