// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.otlp;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsPartialSuccess;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;

/** What a collector's answer to a request means; see the package. */
sealed interface Answer {

  /** No server may ask for a longer pause. */
  Duration LONGEST_PAUSE = Duration.ofMinutes(5);

  int MAX_TEXT_CHARS = 300;

  /**
   * The collector has the lines, but for some that it did not want.
   *
   * @param rejectedLines lost
   * @param message why, or a warning; empty: none
   */
  record Taken(long rejectedLines, String message) implements Answer {}

  /**
   * Not now.
   *
   * @param pause what the server asks for; zero: nothing
   */
  record Later(String cause, Duration pause) implements Answer {
    Later(String cause) {
      this(cause, Duration.ZERO);
    }
  }

  /** Nothing that is wrong with the lines: the address, the token, or who may come from where. */
  record Misdirected(String cause) implements Answer {}

  /** It does not want these lines, in this form, ever. */
  record Refused(String cause) implements Answer {
    /** Whether the server says that it is its own fault, which need not be that of the lines. */
    boolean isServersFault() {
      return cause.startsWith("status 5");
    }
  }

  /**
   * By the specification.
   *
   * @param retryAfter the header; empty: none
   * @param body of the answer
   */
  static Answer of(int status, String retryAfter, byte[] body, Instant now) {
    if (status / 100 == 2) {
      return taken(body);
    }
    String cause = cause(status, body);
    return switch (status) {
      case 429, 502, 503, 504 -> new Later(cause, pause(retryAfter, now));
      case 401, 403, 404, 405, 407, 408, 415 -> new Misdirected(cause);
      default -> status < 400 ? new Misdirected(cause) : new Refused(cause);
    };
  }

  private static Answer taken(byte[] body) {
    try {
      ExportLogsPartialSuccess partial =
          ExportLogsServiceResponse.parseFrom(body).getPartialSuccess();
      return new Taken(
          Math.max(0, partial.getRejectedLogRecords()), shown(partial.getErrorMessage()));
    } catch (InvalidProtocolBufferException e) {
      return new Taken(0, "");
    }
  }

  /** Errors are a {@code google.rpc.Status}, whose text is readable among its bytes. */
  private static String cause(int status, byte[] body) {
    String text = shown(new String(body, UTF_8));
    return text.isEmpty() ? "status " + status : "status %d, %s".formatted(status, text);
  }

  private static String shown(String text) {
    String line = text.replaceAll("[^\\P{C}]|\uFFFD", " ").strip();
    return line.length() <= MAX_TEXT_CHARS ? line : line.substring(0, MAX_TEXT_CHARS) + "…";
  }

  /** Seconds, or a date. */
  private static Duration pause(String retryAfter, Instant now) {
    Duration asked;
    if (retryAfter.matches("\\d{1,9}")) {
      asked = Duration.ofSeconds(Long.parseLong(retryAfter));
    } else {
      try {
        asked =
            Duration.between(
                now,
                ZonedDateTime.parse(retryAfter, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
      } catch (DateTimeParseException e) {
        return Duration.ZERO;
      }
    }
    if (asked.isNegative()) {
      return Duration.ZERO;
    }
    return asked.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : asked;
  }
}
