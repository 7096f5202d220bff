// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.intake;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.zeromq.ZMQ;

/**
 * What the acknowledged socket needs for CURVE: the receiver's secret key and those who may send,
 * each in a file, so that a mounted Secret will do, and read again when it changes. A new key
 * counts for connections from then on; those that are up stay.
 *
 * <p>JeroMQ 0.6.0 hands over a message as it came, still sealed, when a socket's queue was full and
 * has room again. So a socket with CURVE has a queue that is never full: what is in it is bounded
 * by the windows, and by {@link io.logroute.zmq.UnreadFrames} for a sender that does not mind its
 * own. A socket for lines without acknowledgement has no windows, so CURVE is refused there.
 *
 * <p>Made by the one who binds; then used by the socket's thread.
 */
public final class Curve {

  private static final Logger LOG = LoggerFactory.getLogger(Curve.class);

  private final Path keyFile;
  private final SenderFile senders;
  private byte[] key;
  private @Nullable String complaint;

  private Curve(Path keyFile, byte[] key, SenderFile senders) {
    this.keyFile = keyFile;
    this.key = key;
    this.senders = senders;
  }

  /**
   * Reads both files.
   *
   * @param key holds the receiver's secret key in Z85
   * @param senders holds a line for each sender, see {@link SenderFile}
   * @throws IOException with one sentence, when one cannot be read or says something else
   */
  public static Curve open(Path key, Path senders) throws IOException {
    return new Curve(key, CurveKeys.read(key), SenderFile.open(senders));
  }

  Senders senders() {
    return senders;
  }

  /** Makes a socket one that takes nothing but CURVE. */
  void secure(ZMQ.Socket socket) {
    socket.setRcvHWM(0);
    socket.setCurveServer(true);
    socket.setCurveSecretKey(key);
  }

  /** Reads the files again; true: who may send what has changed. */
  boolean lookAgain(ZMQ.Socket socket) {
    try {
      byte[] now = CurveKeys.read(keyFile);
      if (!Arrays.equals(now, key)) {
        key = now;
        socket.setCurveSecretKey(now);
        LOG.info("another CURVE key from {}: it counts for new connections", keyFile);
      }
      complaint = null;
    } catch (IOException e) {
      String problem = String.valueOf(e.getMessage());
      if (!problem.equals(complaint)) {
        LOG.error("the CURVE key stays as it was: {}", problem);
      }
      complaint = problem;
    }
    return senders.lookAgain();
  }
}
