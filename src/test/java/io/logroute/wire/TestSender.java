// SPDX-License-Identifier: Apache-2.0
package io.logroute.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;

/** The smallest agent's end of the protocol: one DEALER, blocking, for tests of receivers. */
public final class TestSender implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final ZMQ.Context context = ZMQ.context(1);
  private final ZMQ.Socket socket = context.socket(SocketType.DEALER);
  private final MessageEncoder encoder = new MessageEncoder();
  private final MessageDecoder decoder = new MessageDecoder();
  private final BatchWriter writer = new BatchWriter();
  private final byte[] buffer = new byte[64 * 1024];

  public TestSender(String address) {
    this(address, null, null);
  }

  /** With CURVE: the receiver's public key in Z85, and this sender's keys; null: without. */
  public TestSender(String address, @Nullable String serverKey, ZMQ.Curve.@Nullable KeyPair keys) {
    if (serverKey != null && keys != null) {
      socket.setCurveServerKey(ZMQ.Curve.z85Decode(serverKey));
      socket.setCurvePublicKey(ZMQ.Curve.z85Decode(keys.publicKey));
      socket.setCurveSecretKey(ZMQ.Curve.z85Decode(keys.secretKey));
    }
    socket.setHandshakeIvl(serverKey == null ? 500 : 5000);
    socket.setLinger(0);
    socket.setReceiveTimeOut((int) PATIENCE.toMillis());
    socket.connect(address);
  }

  public void send(Message message) {
    send(encoder.encode(message));
  }

  public void send(byte[] frame) {
    assertThat(socket.send(frame)).isTrue();
  }

  /** The next message; the test fails when none comes. */
  public Message receive() {
    byte @Nullable [] frame = socket.recv();
    assertThat(frame).as("a message within %s", PATIENCE).isNotNull();
    return decoder.decode(frame == null ? new byte[0] : frame);
  }

  /** Sends HELLO and gives the answer. */
  public Message greet(long session) {
    send(new Message.Hello(session, 1, 1, 0, "c1", "node-1", "test"));
    return receive();
  }

  /** Begins a batch; lines go to {@link #writer}. */
  public BatchWriter begin() {
    writer.begin(buffer, buffer.length);
    return writer;
  }

  /** Sends what {@link #begin} began. */
  public void sendBatch(long session, long number) {
    send(Arrays.copyOf(buffer, writer.finish(session, number)));
  }

  @Override
  public void close() {
    socket.close();
    context.term();
  }
}
