// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.driver;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Where the CURVE keys of an endpoint stand: {@code NAME.server} holds the receiver's public key,
 * {@code NAME.public} and {@code NAME.secret} this agent's own, in Z85 each. They are read for each
 * connection, so that a changed Secret needs no restart.
 *
 * @param folder where the Secret is mounted
 * @param name of the keys in it
 */
public record CurveKeyFiles(Path folder, String name) {

  /** ZeroMQ's RFC 32. */
  private static final Pattern KEY =
      Pattern.compile("[0-9a-zA-Z.\\-:+=^!/*?&<>()\\[\\]{}@%$#]{40}");

  /**
   * The keys as they stand now, in Z85.
   *
   * @param server the receiver's public key
   * @param own this agent's public key
   * @param secret and the secret one
   */
  public record Keys(String server, String own, String secret) {
    @Override
    public String toString() {
      return "the CURVE keys with public key " + own;
    }
  }

  /**
   * Reads them.
   *
   * @throws IOException with one sentence that holds no key
   */
  public Keys read() throws IOException {
    return new Keys(key("server"), key("public"), key("secret"));
  }

  private String key(String which) throws IOException {
    Path file = folder.resolve(name + "." + which);
    try {
      String text = Files.readString(file, UTF_8).strip();
      if (!KEY.matcher(text).matches()) {
        throw new IOException(file + " holds no CURVE key: 40 characters of Z85, and no more");
      }
      return text;
    } catch (NoSuchFileException e) {
      throw new IOException(
          "the CURVE key %s is missing; in a cluster it is the key '%s' of the Secret that the LogEndpoint names"
              .formatted(file, which),
          e);
    }
  }
}
