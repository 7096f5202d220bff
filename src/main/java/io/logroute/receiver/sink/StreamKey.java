// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.sink;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.logroute.wire.StreamIdentity;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The first 16 bytes of the SHA-256 of a stream's identity: what is remembered of a stream, since a
 * store remembers very many.
 */
public record StreamKey(long high, long low) {

  static StreamKey of(StreamIdentity identity) {
    MessageDigest digest = sha256();
    for (String name :
        new String[] {
          identity.cluster(),
          identity.node(),
          identity.tenant(),
          identity.service(),
          identity.route(),
          identity.namespace(),
          identity.pod(),
          identity.podUid(),
          identity.container()
        }) {
      digest.update(name.getBytes(UTF_8));
      digest.update((byte) 0);
    }
    ByteBuffer numbers = ByteBuffer.allocate(13);
    numbers.putInt(identity.restart()).put(identity.stream().code()).putLong(identity.generation());
    ByteBuffer hash = ByteBuffer.wrap(digest.digest(numbers.array()));
    return new StreamKey(hash.getLong(), hash.getLong());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
