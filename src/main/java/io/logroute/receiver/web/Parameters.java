// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.logroute.receiver.search.LogSearch;
import io.logroute.receiver.search.Query;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What stands behind the question mark of a request, and what it means. Immutable. */
final class Parameters {

  static final int MAX_LIMIT = 10_000;
  private static final int DEFAULT_LIMIT = 1000;
  private static final int MAX_TEXT_BYTES = 4096;
  private static final long NANOS_PER_SECOND = 1_000_000_000;
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

  /** Values one char a byte, since a text may be looked for that is no UTF-8. */
  private final Map<String, String> values;

  private final Instant now;

  private Parameters(Map<String, String> values, Instant now) {
    this.values = values;
    this.now = now;
  }

  /**
   * Takes a query apart.
   *
   * @param raw as it was sent; null: there is none
   */
  static Parameters of(@Nullable String raw, Set<String> known, Clock clock) throws Refused {
    Map<String, String> values = new LinkedHashMap<>();
    for (String pair : raw == null || raw.isEmpty() ? List.<String>of() : List.of(raw.split("&"))) {
      int equals = pair.indexOf('=');
      String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
      if (!known.contains(name)) {
        throw new Refused(
            400,
            "there is no parameter '%s': use %s"
                .formatted(utf8(name), String.join(", ", new TreeSet<>(known))));
      }
      if (values.put(name, equals < 0 ? "" : decoded(pair.substring(equals + 1))) != null) {
        throw new Refused(400, "parameter '%s' is given twice".formatted(name));
      }
    }
    return new Parameters(values, clock.instant());
  }

  /** One char a byte, of what is written with {@code %XX} and {@code +}. */
  static String decoded(String text) throws Refused {
    StringBuilder bytes = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '%') {
        bytes.append((char) hex(text, i + 1));
        i += 2;
      } else if (c < 128) {
        bytes.append(c == '+' ? ' ' : c);
      } else {
        throw new Refused(400, "an address has %XX for what is not ASCII");
      }
    }
    return bytes.toString();
  }

  private static int hex(String text, int from) throws Refused {
    int high = from + 1 < text.length() ? Character.digit(text.charAt(from), 16) : -1;
    int low = high < 0 ? -1 : Character.digit(text.charAt(from + 1), 16);
    if (low < 0) {
      throw new Refused(400, "after % in an address two hexadecimal digits follow");
    }
    return high * 16 + low;
  }

  private static String utf8(String bytes) {
    return new String(bytes.getBytes(ISO_8859_1), UTF_8);
  }

  private @Nullable String text(String name) {
    String value = values.get(name);
    return value == null || value.isEmpty() ? null : utf8(value);
  }

  Query query(String tenantId, String serviceId) throws Refused {
    String stream = text("stream");
    if (stream != null && !stream.equals("stdout") && !stream.equals("stderr")) {
      throw new Refused(400, "stream is stdout or stderr, not '%s'".formatted(stream));
    }
    String contains = values.get("contains");
    if (contains != null && contains.length() > MAX_TEXT_BYTES) {
      throw new Refused(400, "contains has at most " + MAX_TEXT_BYTES + " bytes");
    }
    long since = time("since", Long.MIN_VALUE);
    long until = time("until", Long.MAX_VALUE);
    if (since >= until) {
      throw new Refused(400, "since must be before until");
    }
    return new Query(
        tenantId,
        serviceId,
        text("namespace"),
        text("pod"),
        text("container"),
        text("tag"),
        stream,
        since,
        until,
        contains == null || contains.isEmpty() ? null : contains.getBytes(ISO_8859_1));
  }

  private long time(String name, long otherwise) throws Refused {
    String text = text(name);
    if (text == null) {
      return otherwise;
    }
    Matcher duration = DURATION.matcher(text);
    try {
      Instant time =
          duration.matches()
              ? now.minus(duration(duration))
              : OffsetDateTime.parse(text).toInstant();
      return Math.addExact(
          Math.multiplyExact(time.getEpochSecond(), NANOS_PER_SECOND), time.getNano());
    } catch (DateTimeException | ArithmeticException e) {
      throw new Refused(
          400,
          "%s is a time as 2026-11-22T12:00:00Z or a duration as 90s, 15m, 12h or 30d, not '%s'"
              .formatted(name, text));
    }
  }

  private static Duration duration(Matcher text) {
    long amount = Long.parseLong(text.group(1));
    return switch (text.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      default -> Duration.ofDays(amount);
    };
  }

  int limit() throws Refused {
    return number("limit", DEFAULT_LIMIT, MAX_LIMIT);
  }

  int number(String name, int otherwise, int most) throws Refused {
    String text = text(name);
    if (text == null) {
      return otherwise;
    }
    int value = NUMBER.matcher(text).matches() ? Integer.parseInt(text) : 0;
    if (value < 1 || value > most) {
      throw new Refused(400, "%s is a number from 1 to %d, not '%s'".formatted(name, most, text));
    }
    return value;
  }

  LogSearch.Order order() throws Refused {
    String text = text("order");
    if (text == null || text.equals("asc")) {
      return LogSearch.Order.ASC;
    }
    if (text.equals("desc")) {
      return LogSearch.Order.DESC;
    }
    throw new Refused(400, "order is asc or desc, not '%s'".formatted(text));
  }

  /** Where the page begins; null: at the beginning. */
  @Nullable String after() throws Refused {
    String from = place("from");
    String after = place("after");
    if (from != null && after != null) {
      throw new Refused(400, "give from or after, not both");
    }
    if (from != null && order() == LogSearch.Order.DESC) {
      return LogSearch.behind(from);
    }
    return from == null ? after : LogSearch.before(from);
  }

  private @Nullable String place(String name) throws Refused {
    String text = text(name);
    if (text != null && !LogSearch.isPlace(text)) {
      throw new Refused(
          400, "%s is the id of a line or what next said, not '%s'".formatted(name, text));
    }
    return text;
  }

  /** The address of the page after this one, without what stands before the question mark. */
  String next(String place) {
    StringBuilder query = new StringBuilder();
    values.forEach(
        (name, value) -> {
          if (!name.equals("after") && !name.equals("from")) {
            query.append(name).append('=').append(encoded(value)).append('&');
          }
        });
    return query.append("after=").append(place).toString();
  }

  private static String encoded(String bytes) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < bytes.length(); i++) {
      char c = bytes.charAt(i);
      boolean plain = Character.isLetterOrDigit(c) && c < 128 || "-._~:".indexOf(c) >= 0;
      text.append(plain ? String.valueOf(c) : "%%%02X".formatted((int) c));
    }
    return text.toString();
  }
}
