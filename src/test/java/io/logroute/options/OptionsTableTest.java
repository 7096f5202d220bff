// SPDX-License-Identifier: Apache-2.0
package io.logroute.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** All of the contract's section 4: what a log option may say, and the answer when it may not. */
class OptionsTableTest {

  private static final String MISSING = "must specify a value for log opt 'zmq-address'";
  private static final String NEEDS_NON_BLOCKING =
      "logger: max-buffer-size option is only supported with 'mode=non-blocking'";
  private static final String NOT_AN_ADDRESS =
      "' is not an address: write tcp://host:port, with a port from 1 to 65535 and an IPv6 address"
          + " in brackets";

  private final LogOptionValidators validators = LogOptionValidators.builtIn();

  static Stream<Arguments> good() {
    return Stream.of(
        row("zmq", AddressFrom.ROUTE, Map.of()),
        row("zmq", AddressFrom.OPTION, Map.of("zmq-address", "tcp://10.0.0.5:5555")),
        row("zmq", AddressFrom.OPTION, Map.of("zmq-address", "tcp://logs.example.svc:1")),
        row("zmq", AddressFrom.OPTION, Map.of("zmq-address", "tcp://logs.example.:65535")),
        row("zmq", AddressFrom.OPTION, Map.of("zmq-address", "tcp://[fd00::5]:5555")),
        row("zmq", AddressFrom.OPTION, Map.of("zmq-address", "tcp://[fe80::1%eth0]:5555")),
        row("zmq", AddressFrom.ROUTE, Map.of("mode", "blocking")),
        row("zmq", AddressFrom.ROUTE, Map.of("mode", "")),
        row("zmq", AddressFrom.ROUTE, Map.of("mode", "non-blocking")),
        row("zmq", AddressFrom.ROUTE, nonBlocking("4m")),
        row("zmq", AddressFrom.ROUTE, nonBlocking("4096")),
        row("zmq", AddressFrom.ROUTE, nonBlocking("4 MiB")),
        row("zmq", AddressFrom.ROUTE, nonBlocking("1.5Gb")),
        row("zmq", AddressFrom.ROUTE, nonBlocking("1kib")),
        row("zmq", AddressFrom.ROUTE, nonBlocking("7b")),
        row("zmq", AddressFrom.ROUTE, Map.of("tag", "")),
        row("zmq", AddressFrom.ROUTE, Map.of("tag", "{{.ID}}")),
        row("zmq", AddressFrom.ROUTE, Map.of("tag", "{{ .ImageName }}/{{\t.Name\t}}/{{.FullID}}")),
        row("zmq", AddressFrom.ROUTE, Map.of("tag", "{{.Namespace}}:{{.PodName}}:")),
        row("zmq", AddressFrom.ROUTE, Map.of("tag", "on {{.NodeName}} in {{.ContainerName}} }}")),
        row("json-file", AddressFrom.OPTION, Map.of()),
        row("json-file", AddressFrom.OPTION, Map.of("max-size", "10m", "max-file", "3")),
        row("json-file", AddressFrom.OPTION, Map.of("tag", "{{.ImageName}}")),
        row("json-file", AddressFrom.OPTION, nonBlocking("64k")),
        row("none", AddressFrom.OPTION, Map.of()),
        row(
            "none",
            AddressFrom.OPTION,
            Map.of("anything", "", "mode", "sideways", "max-buffer-size", "huge")));
  }

  @ParameterizedTest
  @MethodSource("good")
  void shouldFindNothingWhenOptionsAreGood(
      String driver, AddressFrom addressFrom, Map<String, String> options) {
    assertThat(validators.validate(driver, options, addressFrom)).isEmpty();
    if (!driver.equals("none")) {
      assertThat(LogOptions.parse(options)).isNotNull();
    }
  }

  static Stream<Arguments> bad() {
    return Stream.of(
        row("zmq", Map.of("labels", "a"), "unknown log opt 'labels' for zmq log driver"),
        row("zmq", Map.of("env", "A"), "unknown log opt 'env' for zmq log driver"),
        row("zmq", Map.of("", "x"), "unknown log opt '' for zmq log driver"),
        row("zmq", Map.of("max-size", "1m"), "unknown log opt 'max-size' for zmq log driver"),
        row("zmq", Map.of("Mode", "blocking"), "unknown log opt 'Mode' for zmq log driver"),
        row("zmq", Map.of("zmq-address", ""), MISSING),
        row("zmq", Map.of("mode", "async"), "logger: logging mode not supported: async"),
        row("zmq", Map.of("mode", "Blocking"), "logger: logging mode not supported: Blocking"),
        row("zmq", Map.of("max-buffer-size", "4m"), NEEDS_NON_BLOCKING),
        row("zmq", Map.of("mode", "blocking", "max-buffer-size", "4m"), NEEDS_NON_BLOCKING),
        badSize("4x"),
        badSize(""),
        badSize("m"),
        badSize("-1"),
        badSize("1.2.3"),
        badSize("4  m"),
        badSize(" 4m"),
        badSize("4m\n"),
        badSize("1e6"),
        badSize("99999999999999999p"),
        badAddress("10.0.0.5:5555"),
        badAddress("tcp://10.0.0.5"),
        badAddress("tcp://10.0.0.5:0"),
        badAddress("tcp://10.0.0.5:65536"),
        badAddress("tcp://10.0.0.5:5555/"),
        badAddress("tcp://10.0.0.5:5555 "),
        badAddress("tcp://10.0.0.256:5555"),
        badAddress("tcp://10.0.5:5555"),
        badAddress("tcp://fd00::5:5555"),
        badAddress("tcp://[fd00::g]:5555"),
        badAddress("tcp://[10.0.0.5]:5555"),
        badAddress("tcp://:5555"),
        badAddress("tcp://*:5555"),
        badAddress("tcp://-a:5555"),
        badAddress("tcp://a..b:5555"),
        badAddress("udp://a:5555"),
        badAddress("TCP://a:5555"),
        badAddress("tcp://user@a:5555"),
        row(
            "zmq",
            Map.of("tag", "{{.DaemonName}}"),
            "error parsing option tag: '{{.DaemonName}}' is not a placeholder: use {{.ID}},"
                + " {{.FullID}}, {{.Name}}, {{.ImageName}}, {{.PodName}}, {{.Namespace}},"
                + " {{.ContainerName}}, {{.NodeName}}"),
        row(
            "zmq",
            Map.of("tag", "a {{.ID"),
            "error parsing option tag: 'a {{.ID' opens {{ and does not close it with }}"),
        separatorInTag("a: b"),
        separatorInTag(": "),
        separatorInTag("a:{{.ID}} b"),
        separatorInTag("a:{{.ID}}{{.Name}} b"),
        row(
            "zmq",
            Map.of("tag", "a\tb"),
            "error parsing option tag: 'a?b' has a control character"),
        row(
            "json-file",
            Map.of("compress", "true"),
            "unknown log opt 'compress' for json-file log driver"),
        row(
            "json-file",
            Map.of("zmq-address", "tcp://a:1"),
            "unknown log opt 'zmq-address' for json-file log driver"),
        row(
            "json-file",
            Map.of("max-size", "ten"),
            "error parsing option max-size: invalid size: 'ten'"),
        row("json-file", Map.of("max-size", "0"), "max-size must be a positive number"),
        row("json-file", Map.of("max-file", "0"), "max-file cannot be less than 1"),
        row("json-file", Map.of("max-file", "-1"), "max-file cannot be less than 1"),
        row(
            "json-file",
            Map.of("max-file", "two"),
            "error parsing option max-file: strconv.Atoi: parsing \"two\": invalid syntax"),
        row("fluentd", Map.of(), "logger: no log driver named 'fluentd' is registered"),
        row("", Map.of(), "logger: no log driver named '' is registered"),
        row("ZMQ", Map.of(), "logger: no log driver named 'ZMQ' is registered"));
  }

  @ParameterizedTest
  @MethodSource("bad")
  void shouldSayTheSentenceWhenAnOptionIsWrong(
      String driver, Map<String, String> options, String sentence) {
    assertThat(validators.validate(driver, options, AddressFrom.ROUTE))
        .extracting(OptionProblem::sentence)
        .containsExactly(sentence);
  }

  @Test
  void shouldRequireAnAddressWhenTheRouteGivesNone() {
    assertThat(validators.validate("zmq", Map.of(), AddressFrom.OPTION))
        .containsExactly(new OptionProblem("zmq-address", MISSING));
  }

  @Test
  void shouldSayOnceThatTheAddressIsMissingWhenItIsEmpty() {
    assertThat(validators.validate("zmq", Map.of("zmq-address", ""), AddressFrom.OPTION))
        .containsExactly(new OptionProblem("zmq-address", MISSING));
  }

  @Test
  void shouldReportAllSortedByKeyWhenSeveralAreWrong() {
    Map<String, String> options =
        Map.of(
            "zzz",
            "1",
            "aaa",
            "2",
            "mode",
            "sometimes",
            "max-buffer-size",
            "much",
            "tag",
            "{{.X}}");
    assertThat(validators.validate("zmq", options, AddressFrom.OPTION))
        .extracting(OptionProblem::key)
        .containsExactly(
            "aaa", "max-buffer-size", "max-buffer-size", "mode", "tag", "zmq-address", "zzz");
  }

  @Test
  void shouldReportBothWhenTheDriverIsUnknownAndTheModeIsWrong() {
    assertThat(validators.validate("syslog", Map.of("mode", "x"), AddressFrom.ROUTE))
        .containsExactly(
            new OptionProblem(
                OptionProblem.DRIVER, "logger: no log driver named 'syslog' is registered"),
            new OptionProblem("mode", "logger: logging mode not supported: x"));
  }

  @Test
  void shouldGiveTheSameAnswerWhateverTheOrderOfTheMap() {
    long seed = System.nanoTime();
    System.out.println("OptionsTableTest seed " + seed);
    Random random = new Random(seed);
    List<String> keys =
        new ArrayList<>(List.of("b", "a", "mode", "max-buffer-size", "tag", "zmq-address"));
    List<OptionProblem> first = null;
    for (int i = 0; i < 50; i++) {
      Collections.shuffle(keys, random);
      Map<String, String> options = new LinkedHashMap<>();
      keys.forEach(key -> options.put(key, "{{"));
      List<OptionProblem> problems = validators.validate("zmq", options, AddressFrom.OPTION);
      assertThat(problems).isEqualTo(first == null ? problems : first);
      first = problems;
    }
  }

  @Test
  void shouldNeverThrowWhateverAUserWrites() {
    long seed = System.nanoTime();
    System.out.println("OptionsTableTest seed " + seed);
    Random random = new Random(seed);
    String alphabet = "{{}}.ID: tcp//[]%0123456789kmgib-\n\u0000é\ud800";
    List<String> keys = List.of("mode", "max-buffer-size", "tag", "zmq-address", "max-size", "x");
    for (int i = 0; i < 20_000; i++) {
      Map<String, String> options = new HashMap<>();
      keys.forEach(key -> options.put(key, text(random, alphabet)));
      for (String driver : validators.drivers()) {
        for (OptionProblem problem : validators.validate(driver, options, AddressFrom.OPTION)) {
          assertThat(problem.sentence()).isNotBlank().doesNotContain("\n");
        }
      }
    }
  }

  @Test
  void shouldCutWhatIsShownWhenAValueIsHuge() {
    String value = "x".repeat(1_000_000);
    assertThat(validators.validate("zmq", Map.of("mode", value), AddressFrom.ROUTE))
        .allSatisfy(p -> assertThat(p.sentence()).hasSize(OptionProblem.MAX_CHARS).endsWith("…"));
  }

  @Test
  void shouldRefuseWhenADriverIsRegisteredTwice() {
    assertThatThrownBy(() -> validators.register("zmq", (options, from) -> List.of()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("logger: log validator named 'zmq' is already registered");
  }

  @Test
  void shouldAskTheValidatorWhenADriverIsAdded() {
    validators.register("file", new KeyedOptions("file", Map.of()));
    assertThat(validators.validate("file", Map.of("mode", "blocking", "a", "1"), AddressFrom.ROUTE))
        .containsExactly(new OptionProblem("a", "unknown log opt 'a' for file log driver"));
  }

  @Test
  void shouldKnowTheBuiltInDrivers() {
    assertThat(validators.drivers()).containsExactly("json-file", "none", "zmq");
  }

  @Test
  void shouldHaveDockersDefaultsWhenNoOptionIsSet() {
    assertThat(LogOptions.parse(Map.of()))
        .isEqualTo(new LogOptions(DeliveryMode.BLOCKING, 1_000_000, null, null, 0, 1));
  }

  @Test
  void shouldParseEveryOptionWhenSet() {
    assertThat(
            LogOptions.parse(
                Map.of(
                    "mode", "non-blocking",
                    "max-buffer-size", "4m",
                    "tag", "{{.PodName}}",
                    "zmq-address", "tcp://[::1]:5555",
                    "max-size", "10m",
                    "max-file", "3")))
        .isEqualTo(
            new LogOptions(
                DeliveryMode.NON_BLOCKING,
                4 << 20,
                TagTemplate.parse("{{.PodName}}"),
                new TcpAddress("::1", 5555),
                10_000_000,
                3));
  }

  @Test
  void shouldCountSizesBy1024AndByThousandAsDockerDoes() {
    assertThat(ByteSize.binary("1.5k")).hasValue(1536);
    assertThat(ByteSize.binary("2P")).hasValue(2L << 50);
    assertThat(ByteSize.decimal("1.5KiB")).hasValue(1500);
    assertThat(ByteSize.decimal("3t")).hasValue(3_000_000_000_000L);
    assertThat(ByteSize.binary("0.9")).hasValue(0);
  }

  private static String text(Random random, String alphabet) {
    StringBuilder text = new StringBuilder();
    for (int n = random.nextInt(12); n > 0; n--) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return text.toString();
  }

  private static Map<String, String> nonBlocking(String size) {
    return Map.of("mode", "non-blocking", "max-buffer-size", size);
  }

  private static Arguments badSize(String size) {
    return row(
        "zmq",
        nonBlocking(size),
        "error parsing option max-buffer-size: invalid size: '" + size.replace('\n', '?') + "'");
  }

  private static Arguments badAddress(String address) {
    return row(
        "zmq",
        Map.of("zmq-address", address),
        "error parsing option zmq-address: '" + address + NOT_AN_ADDRESS);
  }

  private static Arguments separatorInTag(String tag) {
    return row(
        "zmq",
        Map.of("tag", tag),
        "error parsing option tag: '"
            + tag
            + "' can give ': ', where receivers take the tag to end: leave out the space after the"
            + " colon");
  }

  private static Arguments row(Object... cells) {
    return Arguments.of(Arrays.copyOf(cells, cells.length));
  }
}
