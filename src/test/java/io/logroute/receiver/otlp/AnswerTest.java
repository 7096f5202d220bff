// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.otlp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.collector.logs.v1.ExportLogsPartialSuccess;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The table of OTLP's specification, "Failures" of OTLP/HTTP. */
class AnswerTest {

  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final byte[] NOTHING = {};

  private static Answer of(int status, String retryAfter) {
    return Answer.of(status, retryAfter, NOTHING, NOW);
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 502, 503, 504})
  void shouldTryAgainWhatTheSpecificationNames(int status) {
    assertThat(of(status, "")).isEqualTo(new Answer.Later("status " + status));
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 409, 413, 422, 500, 501, 505})
  void shouldNotRepeatAnythingElse(int status) {
    assertThat(of(status, "")).isEqualTo(new Answer.Refused("status " + status));
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 307, 401, 403, 404, 405, 407, 408, 415})
  void shouldNotBlameTheLinesForTheSender(int status) {
    assertThat(of(status, "")).isEqualTo(new Answer.Misdirected("status " + status));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          7                             | PT7S
          0                             | PT0S
          86400                         | PT5M
          Sun, 22 Nov 2026 12:00:30 GMT | PT30S
          Sun, 22 Nov 2026 11:00:00 GMT | PT0S
          -1                            | PT0S
          99999999999999999999          | PT0S
          soon                          | PT0S
          """)
  void shouldPauseAsLongAsItIsAskedTo(String retryAfter, Duration pause) {
    assertThat(of(503, retryAfter)).isEqualTo(new Answer.Later("status 503", pause));
  }

  @Test
  void shouldKnowAPartialSuccess() {
    ExportLogsServiceResponse response =
        ExportLogsServiceResponse.newBuilder()
            .setPartialSuccess(
                ExportLogsPartialSuccess.newBuilder()
                    .setRejectedLogRecords(3)
                    .setErrorMessage("too old\nby far"))
            .build();

    assertThat(Answer.of(200, "", response.toByteArray(), NOW))
        .isEqualTo(new Answer.Taken(3, "too old by far"));
    assertThat(of(200, "")).isEqualTo(new Answer.Taken(0, ""));
    assertThat(Answer.of(200, "", "{}".getBytes(UTF_8), NOW)).isEqualTo(new Answer.Taken(0, ""));
  }

  @Test
  void shouldShowWhatTheServerSaysInOneLine() {
    byte[] body = ("\u0008\u0003 bad\u001b[2J\r\n" + "x".repeat(1000)).getBytes(UTF_8);

    Answer.Refused answer = (Answer.Refused) Answer.of(400, "", body, NOW);

    assertThat(answer.cause()).startsWith("status 400, bad [2J").hasSizeLessThan(330);
    assertThat(answer.cause()).matches("\\P{C}*");
  }
}
