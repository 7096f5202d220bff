// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.search;

import io.logroute.receiver.store.FileId;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How far a follower has come in each stream, as text for its reader to come back with.
 *
 * @param beginNanos when it began to follow, since 1970
 * @param places by the hash of the stream's name; a stream that had been silent for an hour has
 *     none
 */
record FollowPosition(long beginNanos, Map<Long, Place> places) {

  private static final int PLACE_BYTES = 3 * Long.BYTES + Integer.BYTES;

  /**
   * In a stream.
   *
   * @param file null: before its first
   */
  record Place(@Nullable FileId file, long offset) {}

  static final Place BEGINNING = new Place(null, 0);

  String text() {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + places.size() * PLACE_BYTES);
    bytes.putLong(beginNanos);
    places.forEach(
        (stream, place) -> {
          FileId file = place.file();
          bytes.putLong(stream);
          bytes.putLong(file == null ? 0 : file.firstNanos());
          bytes.putInt(file == null ? 0 : file.checksum());
          bytes.putLong(file == null ? -1 : place.offset());
        });
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
  }

  static Optional<FollowPosition> parse(String text) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
      long begin = bytes.getLong();
      Map<Long, Place> places = new HashMap<>();
      while (bytes.hasRemaining()) {
        long stream = bytes.getLong();
        FileId file = new FileId(bytes.getLong(), bytes.getInt());
        long offset = bytes.getLong();
        places.put(stream, offset < 0 ? BEGINNING : new Place(file, offset));
      }
      return Optional.of(new FollowPosition(begin, places));
    } catch (IllegalArgumentException | BufferUnderflowException e) {
      return Optional.empty();
    }
  }
}
