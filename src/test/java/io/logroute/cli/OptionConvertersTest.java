// SPDX-License-Identifier: Apache-2.0
package io.logroute.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class OptionConvertersTest {

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "1500,1500",
    "64Mi,67108864",
    "1.5Ki,1536",
    "2k,2000",
    "10G,10000000000",
    "1Ti,1099511627776"
  })
  void shouldReadQuantities(String text, long bytes) {
    assertThat(new QuantityConverter().convert(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "64 Mi", "64MB", "Mi", "999999999999999999Ti"})
  void shouldRefuseWhatIsNoQuantity(String text) {
    assertThatExceptionOfType(TypeConversionException.class)
        .isThrownBy(() -> new QuantityConverter().convert(text))
        .withMessageContaining("is not a quantity of bytes");
  }

  @ParameterizedTest
  @CsvSource({"500ms,PT0.5S", "90s,PT1M30S", "15m,PT15M", "12h,PT12H", "30d,PT720H", "0s,PT0S"})
  void shouldReadDurations(String text, Duration duration) {
    assertThat(new DurationConverter().convert(text)).isEqualTo(duration);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "-1s", "1 s", "1y", "PT1S"})
  void shouldRefuseWhatIsNoDuration(String text) {
    assertThatExceptionOfType(TypeConversionException.class)
        .isThrownBy(() -> new DurationConverter().convert(text))
        .withMessageContaining("is not a duration");
  }

  @ParameterizedTest
  @CsvSource({"127.0.0.1:8080,127.0.0.1,8080", ":9464,0.0.0.0,9464", "*:0,0.0.0.0,0"})
  void shouldReadHostAndPort(String text, String host, int port) {
    assertThat(new HostPortConverter().convert(text))
        .satisfies(
            address -> {
              assertThat(address.getAddress().getHostAddress()).endsWith(host);
              assertThat(address.getPort()).isEqualTo(port);
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "8080", "host", "127.0.0.1:65536", "127.0.0.1:x", "http://a:1"})
  void shouldRefuseWhatIsNoHostAndPort(String text) {
    assertThatExceptionOfType(TypeConversionException.class)
        .isThrownBy(() -> new HostPortConverter().convert(text));
  }
}
