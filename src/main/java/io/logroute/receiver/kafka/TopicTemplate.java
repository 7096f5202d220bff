// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Which topic a line goes to: text in which {@code {tenant}} and {@code {service}} stand for ids.
 *
 * @param text as it was given
 */
public record TopicTemplate(String text) {

  private static final Pattern FORM = Pattern.compile("([A-Za-z0-9._-]|\\{tenant}|\\{service})+");
  private static final int MAX_CHARS = 249;
  private static final int HASH_CHARS = 16;

  /**
   * @throws IllegalArgumentException with one sentence, when no topic can come of it
   */
  public TopicTemplate {
    boolean isDots = text.equals(".") || text.equals("..");
    if (!FORM.matcher(text).matches() || isDots || text.length() > MAX_CHARS) {
      throw new IllegalArgumentException(
          "'%s' is no topic: use A-Z a-z 0-9 . _ - and {tenant} and {service}".formatted(text));
    }
  }

  /** The topic for checked ids; one that gets too long is cut, and told by a hash of it. */
  String topic(String tenantId, String serviceId) {
    String topic = text.replace("{tenant}", tenantId).replace("{service}", serviceId);
    return topic.length() <= MAX_CHARS
        ? topic
        : topic.substring(0, MAX_CHARS - HASH_CHARS - 1) + "-" + hash(topic);
  }

  private static String hash(String topic) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(topic.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest, 0, HASH_CHARS / 2);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
