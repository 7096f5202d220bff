// SPDX-License-Identifier: Apache-2.0
package io.logroute.lint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LinterTest {

  private static final String ROUTE =
      """
      apiVersion: logroute.io/v1alpha1
      kind: LogRoute
      metadata:
        name: web
        namespace: team-a
      spec:
        selector:
          matchLabels: {app: web}
        containers: {include: ["*"], exclude: [istio-proxy]}
        streams: [stdout]
        tenantId: {value: t1}
        serviceId: {fromLabel: app, default: web}
        endpointRef: {name: central}
        backfill: None
        options:
          mode: non-blocking
          max-buffer-size: 4m
        maxLineBytes: 64Ki
        rateLimit: {linesPerSecond: 1000}
      """;

  private static final String ENDPOINT =
      """
      apiVersion: logroute.io/v1alpha1
      kind: LogEndpoint
      metadata: {name: central}
      spec:
        addresses: [tcp://10.0.0.5:5555]
        delivery: AtLeastOnce
        curve: {secretRef: {name: keys}}
        access: {tenants: Granted}
        bytesPerSecond: 10M
      """;

  private static final String AGENT =
      """
      apiVersion: logroute.io/v1alpha1
      kind: LogAgent
      metadata: {name: default}
      spec:
        image: logroute/logroute:0.1.0
        tolerations: [{operator: Exists}]
        updateStrategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 1}}
        resources: {limits: {memory: 128Mi, cpu: 1}}
        heldBytes: 1073741824
        extraEnv: [{name: A, value: "1"}]
      """;

  private final Linter linter = new Linter();

  @Test
  void shouldFindNothingWhenEveryDocumentIsGood() {
    LintReport report = lint(ROUTE + "---\n" + ENDPOINT + "---\n" + AGENT);
    assertThat(report.problems()).isEmpty();
    assertThat(report.resources()).isEqualTo(3);
  }

  static Stream<Object[]> wrong() {
    return Stream.of(
        row(
            ROUTE.replace("mode: non-blocking", "mode: async"),
            "16:5 spec.options.mode logger: logging mode not supported: async",
            "17:5 spec.options.max-buffer-size logger: max-buffer-size option is only supported with"
                + " 'mode=non-blocking'"),
        row(
            ROUTE.replace("max-buffer-size: 4m", "max-buffer-size: 4q\n    labels: a.b"),
            "17:5 spec.options.max-buffer-size error parsing option max-buffer-size: invalid size:"
                + " '4q'",
            "18:5 spec.options.labels unknown log opt 'labels' for zmq log driver"),
        row(
            ROUTE.replace("max-buffer-size: 4m", "a.b: c"),
            "17:5 spec.options.a.b unknown log opt 'a.b' for zmq log driver"),
        row(
            ROUTE.replace("max-buffer-size: 4m", "max-buffer-size: 4096"),
            "17:5 spec.options.max-buffer-size spec.options.max-buffer-size '4096' is read as a"
                + " number: put it in quotes"),
        row(
            ROUTE.replace("  endpointRef: {name: central}\n", ""),
            "14:3 spec.options.zmq-address must specify a value for log opt 'zmq-address'"),
        row(
            ROUTE.replace("endpointRef:", "endpointref:"),
            "13:3 spec.endpointref unknown field 'spec.endpointref'",
            "15:3 spec.options.zmq-address must specify a value for log opt 'zmq-address'"),
        row(
            ROUTE.replace("  backfill: None", "  driver: fluentd\n  backfill: None"),
            "13:3 spec.endpointRef driver fluentd takes no endpoint: remove zmqAddress and"
                + " endpointRef",
            "14:3 spec.driver logger: no log driver named 'fluentd' is registered"),
        row(
            ROUTE.replace("{value: t1}", "{value: a/b}"),
            "11:14 spec.tenantId.value tenantId 'a/b' is not an id: use 1 to 128 of A-Z a-z 0-9 ."
                + " _ - and not . or .. alone"),
        row(
            ROUTE.replace("fromLabel: app,", "fromLabel: app, fromEnv: B,"),
            "12:3 spec.serviceId serviceId: exactly one of value, fromLabel, fromAnnotation and"
                + " fromEnv must be set"),
        row(
            ROUTE.replace("backfill: None", "backfill: Some"),
            "14:3 spec.backfill spec.backfill 'Some' is none of Available, None"),
        row(
            ROUTE.replace("streams: [stdout]", "streams: stdout"),
            "10:3 spec.streams spec.streams must be a list, not text"),
        row(
            ROUTE.replace("streams: [stdout]", "streams: []"),
            "10:3 spec.streams spec.streams takes at least 1 items, not 0"),
        row(
            ROUTE.replace("{linesPerSecond: 1000}", "{linesPerSecond: 0}"),
            "19:15 spec.rateLimit.linesPerSecond spec.rateLimit.linesPerSecond must be at least 1"),
        row(
            ROUTE.replace("{linesPerSecond: 1000}", "{burst: 1.5}"),
            "19:3 spec.rateLimit.linesPerSecond spec.rateLimit.linesPerSecond is missing",
            "19:15 spec.rateLimit.burst spec.rateLimit.burst must be a whole number, not '1.5'"),
        row(
            ROUTE.replace("  namespace: team-a", "  labels: {on: yes}"),
            "5:12 metadata.labels.on metadata.labels.on 'yes' is read as true or false: put it in"
                + " quotes"),
        row(
            ROUTE.replace("  name: web\n", "  name: Web_1\n"),
            "4:3 metadata.name metadata.name 'Web_1' is not a name: use a-z 0-9 - and . between"
                + " letters or digits"),
        row(ROUTE.replace("  name: web\n", ""), "3:1 metadata.name metadata.name is missing"),
        row(
            ROUTE.replace("spec:", "sepc:"),
            "1:1 spec spec is missing",
            "6:1 sepc unknown field 'sepc'"),
        row(
            ROUTE.replace("v1alpha1", "v1"),
            "1:1 apiVersion apiVersion must be logroute.io/v1alpha1, not 'logroute.io/v1'"),
        row(
            ENDPOINT.replace("LogEndpoint", "LogEndPoint"),
            "2:1 kind kind 'LogEndPoint' is no kind of logroute.io/v1alpha1: use ClusterLogRoute, LogAgent,"
                + " LogEndpoint, LogRoute"),
        row(
            ENDPOINT.replace("[tcp://10.0.0.5:5555]", "[10.0.0.5]"),
            "5:3 spec.addresses '10.0.0.5' is not an address: write tcp://host:port, with a port"
                + " from 1 to 65535 and an IPv6 address in brackets"),
        row(
            ENDPOINT.replace("{name: keys}", "{}"),
            "7:11 spec.curve.secretRef.name spec.curve.secretRef.name is missing"),
        row(
            ROUTE.replace("1000}", "99999999999999999999}"),
            "19:15 spec.rateLimit.linesPerSecond spec.rateLimit.linesPerSecond must be a whole"
                + " number, not '99999999999999999999'"),
        row(
            AGENT.replace(
                "[{name: A, value: \"1\"}]",
                "[]\n  extraVolumes: [{name: v, secret: {defaultMode: 3000000000}}]"),
            "11:37 spec.extraVolumes[0].secret.defaultMode spec.extraVolumes[0].secret.defaultMode cannot be read: out of range"),
        row(
            AGENT.replace("{operator: Exists}", "{operator: Exists, sconds: 1}"),
            "6:36 spec.tolerations[0].sconds unknown field 'spec.tolerations[0].sconds'"),
        row(
            AGENT.replace("heldBytes: 1073741824", "heldBytes: 1.5"),
            "9:3 spec.heldBytes spec.heldBytes must be a whole number or text, not '1.5'"));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void shouldSayPlaceFieldAndCauseWhenADocumentIsWrong(String yaml, List<String> expected) {
    assertThat(errors(lint(yaml))).isEqualTo(expected);
  }

  @Test
  void shouldOnlyWarnWhenAFieldMeansNothing() {
    LintReport report = lint(ENDPOINT + "  socket: PUSH\n");
    assertThat(report.problems())
        .containsExactly(
            new LintProblem(
                "<stdin>",
                10,
                3,
                LintProblem.Severity.warning,
                "LogEndpoint central",
                "spec.socket",
                "socket means nothing with delivery AtLeastOnce"));
  }

  @Test
  void shouldSkipSilentlyWhatIsOfOtherGroups() {
    String others =
        """
        apiVersion: v1
        kind: ConfigMap
        data: {a: b}
        ---
        # nothing
        ---
        just text
        ---
        - 1
        ---
        {apiVersion: apps/v1, kind: Deployment, spec: {x: [1, 2]}}
        ---
        services: {web: {image: !custom x}}
        ---
        apiVersion: logroute.io/v1alpha1
        kind: NodeRouteTable
        """;
    LintReport report = lint(others);
    assertThat(report.problems()).isEmpty();
    assertThat(report.resources()).isZero();
  }

  @Test
  void shouldCheckEachItemWhenTheDocumentIsAList() {
    String list =
        "apiVersion: v1\nkind: List\nitems:\n- "
            + ROUTE.replace("mode: non-blocking", "mode: x").replace("\n", "\n  ").strip()
            + "\n- {apiVersion: v1, kind: Secret}\n";
    LintReport report = lint(list);
    assertThat(report.resources()).isEqualTo(1);
    assertThat(errors(report).getFirst())
        .isEqualTo("19:7 spec.options.mode logger: logging mode not supported: x");
  }

  @Test
  void shouldPointAtTheAnchorsAndMergesWhenTheyHoldTheMistake() {
    String yaml =
        """
        defaults: &defaults
          mode: blockin
        apiVersion: logroute.io/v1alpha1
        kind: LogRoute
        metadata: {name: web}
        spec:
          zmqAddress: tcp://a:1
          options:
            <<: *defaults
        """;
    assertThat(errors(lint(yaml)))
        .containsExactly(
            "1:1 defaults unknown field 'defaults'",
            "2:3 spec.options.mode logger: logging mode not supported: blockin");
  }

  @Test
  void shouldCheckWhatCameBeforeWhenALaterDocumentCannotBeRead() {
    LintReport report = lint(ROUTE.replace("mode: non-blocking", "mode: x") + "---\na: [1\n");
    assertThat(report.problems())
        .extracting(LintProblem::severity)
        .containsExactly(
            LintProblem.Severity.error,
            LintProblem.Severity.error,
            LintProblem.Severity.unreadable);
  }

  @Test
  void shouldSayThatItIsNotReadableWhenAPathCannotBeOne() {
    LintReport report = linter.lint(List.of("a\0b"), InputStream.nullInputStream());
    assertThat(report.problems())
        .extracting(LintProblem::severity, LintProblem::message)
        .containsExactly(
            tuple(
                LintProblem.Severity.unreadable,
                "no file has such a name: Nul character not allowed"));
  }

  @Test
  void shouldSpellTheControlCharactersOfWhatItQuotes() {
    LintReport report =
        lint(
            ROUTE.replace("{name: central}", "{name: \"a\\t\\e[31m\\n\\x85\"}")
                + "---\n"
                + ENDPOINT);
    assertThat(report.problems())
        .extracting(LintProblem::message)
        .anyMatch(m -> m.contains("'a\\t\\x1b[31m\\n\\x85'"));
  }

  @Test
  void shouldNeverThrowWhateverIsInAFile() {
    long seed = System.nanoTime();
    System.out.println("LinterTest seed " + seed);
    Random random = new Random(seed);
    byte[] original =
        (ROUTE + "---\n" + ENDPOINT + "---\n" + AGENT).getBytes(StandardCharsets.UTF_8);
    String hard = "{}[]:,-\n\t '\"&*!|>%@`#?<0~";
    for (int i = 0; i < 500; i++) {
      byte[] bytes = original.clone();
      for (int n = 1 + random.nextInt(3); n > 0; n--) {
        bytes[random.nextInt(bytes.length)] = (byte) hard.charAt(random.nextInt(hard.length()));
      }
      lint(bytes)
          .problems()
          .forEach(p -> assertThat(p.message().chars()).noneMatch(Character::isISOControl));
    }
  }

  private static List<String> errors(LintReport report) {
    return report.problems().stream()
        .map(p -> p.line() + ":" + p.column() + " " + p.field() + " " + p.message())
        .toList();
  }

  private LintReport lint(String yaml) {
    return lint(yaml.getBytes(StandardCharsets.UTF_8));
  }

  private LintReport lint(byte[] yaml) {
    return linter.lint(List.of("-"), new ByteArrayInputStream(yaml));
  }

  private static Object[] row(String yaml, String... problems) {
    return new Object[] {yaml, List.of(problems)};
  }
}
