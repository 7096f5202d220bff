// SPDX-License-Identifier: Apache-2.0
package io.logroute.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Turns frames into messages. Whatever the bytes are, the answer is a message: {@link
 * Message.Malformed} says in one sentence what is wrong. Lengths are checked before memory is
 * taken. Used by one thread; a {@link BatchReader} it answers is valid until the next call.
 */
public final class MessageDecoder {

  private final CRC32C crc = new CRC32C();
  private final BatchReader batch = new BatchReader();

  /** The message in a whole array. */
  public Message decode(byte[] frame) {
    return decode(frame, frame.length);
  }

  /** The message in the first bytes of an array. */
  public Message decode(byte[] frame, int length) {
    if (length < Frame.SMALLEST_BYTES) {
      return new Message.Malformed("a message of " + length + " bytes is too short");
    }
    MessageType type = MessageType.of(frame[Frame.TYPE_AT]);
    if (type == null) {
      return new Message.Malformed("there is no message of type " + (frame[0] & 0xFF));
    }
    int maxBytes =
        type == MessageType.BATCH ? WireLimits.MAX_MESSAGE_BYTES : WireLimits.MAX_CONTROL_BYTES;
    if (length > maxBytes) {
      return new Message.Malformed("a " + type + " of " + length + " bytes is over the limit");
    }
    if (!isChecksumRight(frame, length)) {
      return new Message.Malformed("a " + type + " has a wrong checksum");
    }
    if ((long) Frame.LONG.get(frame, Frame.SESSION_AT) == 0) {
      return new Message.Malformed("a " + type + " belongs to no session");
    }
    if (type == MessageType.BATCH) {
      String problem = batch.wrap(frame, length);
      return problem == null ? batch : new Message.Malformed(problem);
    }
    return control(type, frame, length);
  }

  private boolean isChecksumRight(byte[] frame, int length) {
    crc.reset();
    crc.update(frame, 0, length - Frame.CRC_BYTES);
    return (int) crc.getValue() == (int) Frame.INT.get(frame, length - Frame.CRC_BYTES);
  }

  private static Message control(MessageType type, byte[] frame, int length) {
    long session = (long) Frame.LONG.get(frame, Frame.SESSION_AT);
    Body body = new Body(frame, length);
    Message message =
        switch (type) {
          case HELLO -> hello(session, body);
          case WELCOME -> welcome(session, body);
          case REFUSE -> refuse(session, body);
          case STREAM -> stream(session, body);
          case END -> end(session, body);
          case ACK -> ack(session, body);
          case PING -> new Message.Ping(session, body.i64());
          case PONG -> new Message.Pong(session, body.i64());
          case BYE -> new Message.Bye(session);
          case CLOSING -> new Message.Closing(session);
          case BATCH -> throw new IllegalArgumentException("a BATCH is no control message");
        };
    if (!mayGrow(type)) {
      body.expectEnd();
    }
    String problem = body.problem();
    return problem == null ? message : new Message.Malformed("a " + type + " " + problem);
  }

  /** A later version may say more in these; the fields known today keep their places. */
  private static boolean mayGrow(MessageType type) {
    return type == MessageType.HELLO || type == MessageType.WELCOME || type == MessageType.REFUSE;
  }

  private static Message hello(long session, Body body) {
    body.expect(Frame.MAGIC);
    return new Message.Hello(
        session,
        body.u8(),
        body.u8(),
        body.i64(),
        body.text(WireLimits.MAX_NAME_BYTES),
        body.text(WireLimits.MAX_NAME_BYTES),
        body.text(WireLimits.MAX_SOFTWARE_BYTES));
  }

  private static Message welcome(long session, Body body) {
    Message.Welcome welcome =
        new Message.Welcome(
            session,
            body.u8(),
            body.i64(),
            body.bytesAsLong(),
            body.bytesAsLong(),
            body.u63(),
            body.u31(),
            body.u31(),
            body.text(WireLimits.MAX_SOFTWARE_BYTES));
    if (welcome.windowBytes() < WireLimits.MIN_WINDOW_BYTES
        || welcome.maxBatchBytes() < WireLimits.MIN_BATCH_LIMIT_BYTES
        || welcome.maxStreams() < 1) {
      body.fail("offers less than the protocol's least");
    }
    return welcome;
  }

  private static Message refuse(long session, Body body) {
    return new Message.Refuse(
        session, body.u16(), body.u31(), body.text(WireLimits.MAX_SENTENCE_BYTES));
  }

  private static Message stream(long session, Body body) {
    int number = number(body);
    StandardStream stream = StandardStream.of(body.u8());
    if (stream == null) {
      body.fail("is neither stdout nor stderr");
    }
    int restart = body.u31();
    long generation = body.i64();
    String cluster = body.text(WireLimits.MAX_NAME_BYTES);
    String node = body.text(WireLimits.MAX_NAME_BYTES);
    String tenant = body.text(WireLimits.MAX_ID_BYTES);
    String service = body.text(WireLimits.MAX_ID_BYTES);
    String route = body.text(WireLimits.MAX_ROUTE_BYTES);
    String namespace = body.text(WireLimits.MAX_NAME_BYTES);
    String pod = body.text(WireLimits.MAX_NAME_BYTES);
    String podUid = body.text(WireLimits.MAX_NAME_BYTES);
    String container = body.text(WireLimits.MAX_NAME_BYTES);
    return new Message.Stream(
        session,
        number,
        new StreamIdentity(
            cluster,
            node,
            tenant,
            service,
            route,
            namespace,
            pod,
            podUid,
            container,
            restart,
            orStdout(stream),
            generation));
  }

  private static StandardStream orStdout(@Nullable StandardStream stream) {
    return stream == null ? StandardStream.STDOUT : stream;
  }

  private static int number(Body body) {
    int number = body.u31();
    if (number == 0) {
      body.fail("has no stream number");
    }
    return number;
  }

  private static Message end(long session, Body body) {
    int number = number(body);
    int gone = body.u8();
    if (gone > 1) {
      body.fail("says neither gone nor not");
    }
    return new Message.End(session, number, gone == 1);
  }

  private static Message ack(long session, Body body) {
    int count = body.u31();
    if (count < 1 || count > WireLimits.MAX_ACKS || body.remaining() != count * 12L) {
      body.fail("has a wrong number of streams");
      return new Message.Ack(session, List.of());
    }
    List<Message.Taken> taken = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      taken.add(new Message.Taken(number(body), body.u63()));
    }
    return new Message.Ack(session, taken);
  }
}
