// SPDX-License-Identifier: Apache-2.0
package io.logroute.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Writes control messages. What is over a limit is the caller's mistake, an {@link
 * IllegalArgumentException}; only the sentence of a refusal is cut. Used by one thread.
 */
public final class MessageEncoder {

  private final CRC32C crc = new CRC32C();
  private byte[] bytes = new byte[512];
  private int length;

  /** The message as a frame of its own. A {@link Message.Batch} and a malformed one are none. */
  public byte[] encode(Message message) {
    length = 0;
    switch (message) {
      case Message.Hello hello -> hello(hello);
      case Message.Welcome welcome -> welcome(welcome);
      case Message.Refuse refuse -> refuse(refuse);
      case Message.Stream stream -> stream(stream);
      case Message.End end -> end(end);
      case Message.Ack ack -> ack(ack);
      case Message.Ping ping -> token(MessageType.PING, ping.session(), ping.token());
      case Message.Pong pong -> token(MessageType.PONG, pong.session(), pong.token());
      case Message.Bye bye -> head(MessageType.BYE, bye.session());
      case Message.Closing closing -> head(MessageType.CLOSING, closing.session());
      case Message.Batch batch -> throw notWritten("a BATCH is written by BatchWriter");
      case Message.Malformed malformed -> throw notWritten(malformed.problem());
    }
    crc.reset();
    crc.update(bytes, 0, length);
    u32((int) crc.getValue());
    return Arrays.copyOf(bytes, length);
  }

  private static IllegalArgumentException notWritten(String why) {
    return new IllegalArgumentException("not a control message: " + why);
  }

  private void head(MessageType type, long session) {
    if (session == 0) {
      throw new IllegalArgumentException("session 0 is none");
    }
    u8(type.code());
    i64(session);
  }

  private void hello(Message.Hello hello) {
    head(MessageType.HELLO, hello.session());
    raw(Frame.MAGIC);
    u8(hello.minVersion());
    u8(hello.maxVersion());
    i64(hello.features());
    text(hello.cluster(), WireLimits.MAX_NAME_BYTES);
    text(hello.node(), WireLimits.MAX_NAME_BYTES);
    text(hello.software(), WireLimits.MAX_SOFTWARE_BYTES);
  }

  private void welcome(Message.Welcome welcome) {
    head(MessageType.WELCOME, welcome.session());
    u8(welcome.version());
    i64(welcome.features());
    i64(Long.reverseBytes(welcome.storeIdHigh()));
    i64(Long.reverseBytes(welcome.storeIdLow()));
    i64(welcome.windowBytes());
    u32(welcome.maxBatchBytes());
    u32(welcome.maxStreams());
    text(welcome.software(), WireLimits.MAX_SOFTWARE_BYTES);
  }

  private void refuse(Message.Refuse refuse) {
    head(MessageType.REFUSE, refuse.session());
    u16(refuse.code());
    u32(refuse.stream());
    text(sentence(refuse.sentence()), WireLimits.MAX_SENTENCE_BYTES);
  }

  /** As much of a sentence as fits, in one line. */
  private static String sentence(String sentence) {
    String line = sentence.replaceAll("\\p{Cntrl}", " ");
    int end = Math.min(line.length(), WireLimits.MAX_SENTENCE_BYTES);
    while (line.substring(0, end).getBytes(StandardCharsets.UTF_8).length
        > WireLimits.MAX_SENTENCE_BYTES) {
      end--;
    }
    return line.substring(0, end);
  }

  private void stream(Message.Stream stream) {
    StreamIdentity identity = stream.identity();
    head(MessageType.STREAM, stream.session());
    u32(positive(stream.number()));
    u8(identity.stream().code());
    u32(identity.restart());
    i64(identity.generation());
    text(identity.cluster(), WireLimits.MAX_NAME_BYTES);
    text(identity.node(), WireLimits.MAX_NAME_BYTES);
    text(identity.tenant(), WireLimits.MAX_ID_BYTES);
    text(identity.service(), WireLimits.MAX_ID_BYTES);
    text(identity.route(), WireLimits.MAX_ROUTE_BYTES);
    text(identity.namespace(), WireLimits.MAX_NAME_BYTES);
    text(identity.pod(), WireLimits.MAX_NAME_BYTES);
    text(identity.podUid(), WireLimits.MAX_NAME_BYTES);
    text(identity.container(), WireLimits.MAX_NAME_BYTES);
  }

  private static int positive(int number) {
    if (number <= 0) {
      throw new IllegalArgumentException("stream number " + number + " is not positive");
    }
    return number;
  }

  private void end(Message.End end) {
    head(MessageType.END, end.session());
    u32(positive(end.number()));
    u8(end.gone() ? 1 : 0);
  }

  private void ack(Message.Ack ack) {
    List<Message.Taken> streams = ack.streams();
    if (streams.isEmpty() || streams.size() > WireLimits.MAX_ACKS) {
      throw new IllegalArgumentException(streams.size() + " streams in an ACK");
    }
    head(MessageType.ACK, ack.session());
    u32(streams.size());
    for (Message.Taken taken : streams) {
      u32(positive(taken.stream()));
      i64(taken.end());
    }
  }

  private void token(MessageType type, long session, long token) {
    head(type, session);
    i64(token);
  }

  private void text(String text, int maxBytes) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    if (utf8.length > maxBytes) {
      throw new IllegalArgumentException(
          "a text of %d bytes where %d are allowed".formatted(utf8.length, maxBytes));
    }
    u16(utf8.length);
    raw(utf8);
  }

  private void u8(int value) {
    room(1);
    bytes[length++] = (byte) value;
  }

  private void u16(int value) {
    u8(value);
    u8(value >> 8);
  }

  private void u32(int value) {
    room(Integer.BYTES);
    Frame.INT.set(bytes, length, value);
    length += Integer.BYTES;
  }

  private void i64(long value) {
    room(Long.BYTES);
    Frame.LONG.set(bytes, length, value);
    length += Long.BYTES;
  }

  private void raw(byte[] source) {
    room(source.length);
    System.arraycopy(source, 0, bytes, length, source.length);
    length += source.length;
  }

  private void room(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(length + more, 2 * bytes.length));
    }
  }
}
