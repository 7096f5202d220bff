// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.intake;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.zeromq.ZMQ;

/** Reads CURVE keys as ZeroMQ's tools write them: 40 characters of Z85. */
final class CurveKeys {

  /** ZeroMQ's RFC 32. */
  private static final Pattern Z85 =
      Pattern.compile("[0-9a-zA-Z.\\-:+=^!/*?&<>()\\[\\]{}@%$#]{40}");

  private CurveKeys() {}

  static boolean isKey(String text) {
    return Z85.matcher(text).matches();
  }

  /**
   * The key that a file holds, and nothing else.
   *
   * @throws IOException with one sentence that does not hold the key
   */
  static byte[] read(Path path) throws IOException {
    try {
      String text = Files.readString(path, UTF_8).strip();
      if (!isKey(text)) {
        throw new IOException(path + " holds no CURVE key: 40 characters of Z85, and no more");
      }
      return ZMQ.Curve.z85Decode(text);
    } catch (NoSuchFileException e) {
      throw new IOException("there is no file " + path, e);
    }
  }
}
