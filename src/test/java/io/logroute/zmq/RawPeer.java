// SPDX-License-Identifier: Apache-2.0
package io.logroute.zmq;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;

/** The bytes of a ZMTP 3.0 peer without security (RFC 23), for tests that send what none does. */
public final class RawPeer {

  private RawPeer() {}

  /** What a connection begins with. */
  public static byte[] greeting() {
    byte[] greeting = new byte[64];
    greeting[0] = (byte) 0xff;
    greeting[9] = 0x7f;
    greeting[10] = 3;
    System.arraycopy("NULL".getBytes(US_ASCII), 0, greeting, 12, 4);
    return greeting;
  }

  /** The handshake's only command, of a socket of a type. */
  public static byte[] ready(String type) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(4);
    out.write(6 + 12 + 4 + type.length());
    out.write(5);
    out.writeBytes("READY".getBytes(US_ASCII));
    out.write(11);
    out.writeBytes("Socket-Type".getBytes(US_ASCII));
    out.writeBytes(ByteBuffer.allocate(4).putInt(type.length()).array());
    out.writeBytes(type.getBytes(US_ASCII));
    return out.toByteArray();
  }

  /** Goes through the whole handshake, each side's turn after the other's. */
  public static void shakeHands(Socket peer, String type) throws IOException {
    DataInputStream in = new DataInputStream(peer.getInputStream());
    peer.getOutputStream().write(greeting());
    in.readFully(new byte[64]);
    peer.getOutputStream().write(ready(type));
    in.readByte();
    in.readFully(new byte[in.readUnsignedByte()]);
  }

  /** The beginning of a message of one long frame, whose bytes are to follow. */
  public static byte[] announce(long frameBytes) {
    return ByteBuffer.allocate(9).put((byte) 2).putLong(frameBytes).array();
  }
}
