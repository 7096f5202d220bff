// SPDX-License-Identifier: Apache-2.0
package io.logroute.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Where things stand in every message: type, session, body, checksum; least byte first. */
final class Frame {

  static final int TYPE_AT = 0;
  static final int SESSION_AT = 1;
  static final int BODY_AT = 9;
  static final int CRC_BYTES = 4;
  static final int SMALLEST_BYTES = BODY_AT + CRC_BYTES;

  /** The first four bytes of a HELLO's body. */
  static final byte[] MAGIC = {'L', 'R', 'A', 'P'};

  static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private Frame() {}
}
