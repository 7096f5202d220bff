// SPDX-License-Identifier: Apache-2.0
package io.logroute.wire;

import java.util.List;

/** One message, which is one ZeroMQ frame. Field by field in docs/acked-protocol.md. */
public sealed interface Message {

  /** The session it belongs to: 64 random bits that the agent chose, never 0. */
  long session();

  /**
   * The agent begins a session.
   *
   * @param minVersion oldest version it speaks
   * @param maxVersion newest version it speaks
   * @param features what it could do, bit by bit
   * @param cluster uid of its cluster; may be empty
   * @param node its node's name
   * @param software its name and version, for people
   */
  record Hello(
      long session,
      int minVersion,
      int maxVersion,
      long features,
      String cluster,
      String node,
      String software)
      implements Message {}

  /**
   * The receiver accepts a session.
   *
   * @param version the one that both use from now on
   * @param features what both will do
   * @param storeIdHigh first 8 of the 16 bytes by which the store is known, most significant first
   * @param storeIdLow the other 8
   * @param windowBytes unacknowledged batch bytes that the agent may have out
   * @param maxBatchBytes the largest batch that is taken
   * @param maxStreams open streams that the session may have
   * @param software its name and version, for people
   */
  record Welcome(
      long session,
      int version,
      long features,
      long storeIdHigh,
      long storeIdLow,
      long windowBytes,
      int maxBatchBytes,
      int maxStreams,
      String software)
      implements Message {}

  /**
   * The receiver does not take a session or one of its streams.
   *
   * @param code see {@link Refusal}
   * @param stream the refused stream's number; 0: the session is over
   * @param sentence what is wrong and what to do, for people
   */
  record Refuse(long session, int code, int stream, String sentence) implements Message {

    public Refuse(long session, Refusal refusal, int stream, String sentence) {
      this(session, refusal.code(), stream, sentence);
    }

    public Refusal refusal() {
      return Refusal.of(code);
    }
  }

  /**
   * The agent gives a stream a number.
   *
   * @param number positive, greater than all before it in this session
   */
  record Stream(long session, int number, StreamIdentity identity) implements Message {}

  /**
   * The agent will not use a number again.
   *
   * @param gone nobody has these bytes any more: no line of this identity will ever be sent again
   */
  record End(long session, int number, boolean gone) implements Message {}

  /**
   * The receiver has taken lines over: they are where they cannot get lost.
   *
   * @param streams each at most once
   */
  record Ack(long session, List<Taken> streams) implements Message {
    public Ack {
      streams = List.copyOf(streams);
    }
  }

  /**
   * How far a stream is taken over.
   *
   * @param stream its number
   * @param end all lines sent so far that end at or before it are
   */
  record Taken(int stream, long end) {}

  /** The agent asks whether the receiver is there. */
  record Ping(long session, long token) implements Message {}

  /** The receiver is there, with the token of the PING. */
  record Pong(long session, long token) implements Message {}

  /** The agent ends the session. */
  record Bye(long session) implements Message {}

  /** The receiver ends the session; what is not acknowledged must be sent again, somewhere. */
  record Closing(long session) implements Message {}

  /** Lines; see {@link BatchReader}. */
  sealed interface Batch extends Message permits BatchReader {}

  /**
   * Bytes that are no message.
   *
   * @param problem a sentence
   */
  record Malformed(String problem) implements Message {
    @Override
    public long session() {
      return 0;
    }
  }
}
