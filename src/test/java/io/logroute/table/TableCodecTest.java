// SPDX-License-Identifier: Apache-2.0
package io.logroute.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.logroute.table.NodeRouteTable.Assignment;
import io.logroute.table.NodeRouteTable.Backfill;
import io.logroute.table.NodeRouteTable.Container;
import io.logroute.table.NodeRouteTable.Delivery;
import io.logroute.table.NodeRouteTable.Endpoint;
import io.logroute.table.NodeRouteTable.Pod;
import io.logroute.table.NodeRouteTable.RateLimit;
import io.logroute.table.NodeRouteTable.Route;
import io.logroute.table.NodeRouteTable.Socket;
import io.logroute.table.NodeRouteTable.Stream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TableCodecTest {

  private static final String FULL =
      """
      apiVersion: logroute.io/v1alpha1
      kind: NodeRouteTable
      metadata: {name: node-1, generation: 7, labels: {anything: goes}}
      spec:
        cluster: 5f1e
        endpoints:
        - name: central                      # unique in the table
          addresses: [tcp://10.0.0.5:5555, "tcp://[fd00::1]:5555"]
          delivery: AtLeastOnce
          socket: PUSH
          format: three-frame
          curve: central
          bytesPerSecond: 1000
        routes:
        - name: team-a/web
          generation: 3
          driver: zmq
          backfill: None
          since: 2026-11-22T10:00:00.5+01:00
          endpoint: central
          streams: [stdout]
          maxLineBytes: 4096
          rateLimit: {linesPerSecond: 1000, burst: 2000}
          options: {mode: blocking, tag: ""}
        pods:
        - namespace: team-a
          name: web-7c9f
          uid: 0c6c8d3e-5f0f-4b1a-9f0e-2f2a0c7f3a11
          containers:
          - name: app
            image: registry/web:1
            routes: [{route: team-a/web, tenantId: t1, serviceId: s1}]
        - {namespace: "*", name: "*", containers: []}
      status:
        observedGeneration: 7
      """;

  private static final NodeRouteTable FULL_TABLE =
      new NodeRouteTable(
          "node-1",
          7,
          "5f1e",
          List.of(
              new Endpoint(
                  "central",
                  List.of("tcp://10.0.0.5:5555", "tcp://[fd00::1]:5555"),
                  Delivery.AtLeastOnce,
                  Socket.PUSH,
                  "three-frame",
                  "central",
                  1000)),
          List.of(
              new Route(
                  "team-a/web",
                  3,
                  "zmq",
                  Backfill.None,
                  Instant.parse("2026-11-22T09:00:00.5Z"),
                  "central",
                  Set.of(Stream.stdout),
                  4096,
                  new RateLimit(1000, 2000),
                  Map.of("mode", "blocking", "tag", ""))),
          List.of(
              new Pod(
                  "team-a",
                  "web-7c9f",
                  "0c6c8d3e-5f0f-4b1a-9f0e-2f2a0c7f3a11",
                  List.of(
                      new Container(
                          "app",
                          "registry/web:1",
                          List.of(new Assignment("team-a/web", "t1", "s1"))))),
              new Pod("*", "*", null, List.of())));

  @Test
  void shouldReadEveryFieldWhenWrittenByHand() {
    assertThat(TableCodec.readYaml(bytes(FULL))).isEqualTo(new TableReading.Good(FULL_TABLE));
  }

  @Test
  void shouldFillInTheDefaultsWhenFieldsAreAbsent() {
    String yaml =
        """
        apiVersion: logroute.io/v1alpha1
        kind: NodeRouteTable
        metadata: {name: n}
        spec:
          endpoints: [{name: e, addresses: [tcp://a:1]}]
          routes:
          - {name: r, endpoint: e, rateLimit: {linesPerSecond: 5}, options: }
          - {name: s, driver: none, streams: []}
          pods: [{namespace: "*", name: "w-?", containers: [{name: "*", routes: [{route: r}]}]}]
        """;
    NodeRouteTable table = good(TableCodec.readYaml(bytes(yaml)));
    assertThat(table.generation()).isZero();
    assertThat(table.cluster()).isNull();
    assertThat(table.endpoints())
        .containsExactly(
            new Endpoint(
                "e",
                List.of("tcp://a:1"),
                Delivery.AtMostOnce,
                Socket.PUB,
                "three-frame",
                null,
                0));
    assertThat(table.routes().getFirst())
        .isEqualTo(
            new Route(
                "r",
                0,
                "zmq",
                Backfill.Available,
                null,
                "e",
                Stream.BOTH,
                1_048_576,
                new RateLimit(5, 5),
                Map.of()));
    assertThat(table.routes().getLast().streams()).isEqualTo(Stream.BOTH);
    assertThat(table.pods().getFirst().containers().getFirst().routes())
        .containsExactly(new Assignment("r", "default", "default"));
  }

  @Test
  void shouldReadAnEmptyTableWhenNothingIsRouted() {
    String yaml =
        "{apiVersion: logroute.io/v1alpha1, kind: NodeRouteTable, metadata: {name: n}, spec: {}}";
    assertThat(good(TableCodec.readYaml(bytes(yaml))).pods()).isEmpty();
  }

  @Test
  void shouldFollowAnchorsAndMergeKeysWhenUsed() {
    String yaml =
        """
        apiVersion: logroute.io/v1alpha1
        kind: NodeRouteTable
        metadata: {name: n}
        spec:
          routes:
          - &r {name: r, driver: none, streams: &s [stdout]}
          - {<<: *r, name: t}
          - {name: u, driver: none, streams: *s}
        """;
    assertThat(good(TableCodec.readYaml(bytes(yaml))).routes())
        .extracting(Route::name, Route::driver, Route::streams)
        .containsExactly(
            tuple("r", "none", Set.of(Stream.stdout)),
            tuple("t", "none", Set.of(Stream.stdout)),
            tuple("u", "none", Set.of(Stream.stdout)));
  }

  @Test
  void shouldLeaveUnknownFieldsAloneWhenTheApiServerSendsThem() {
    String json =
        """
        {"apiVersion": "logroute.io/v1alpha1", "kind": "NodeRouteTable", "fresh": 1,
         "metadata": {"name": "n", "generation": 3, "managedFields": [{"a": {"b": null}}]},
         "spec": {"newer": [1.5, true], "routes": [{"name": "r", "driver": "none", "newer": {}}]}}
        """;
    NodeRouteTable table = good(TableCodec.readJson(bytes(json)));
    assertThat(table.generation()).isEqualTo(3);
    assertThat(table.routes()).extracting(Route::name).containsExactly("r");
  }

  static java.util.stream.Stream<String[]> bad() {
    return java.util.stream.Stream.of(
        row("", "it is empty, not a NodeRouteTable"),
        row("# nothing\n---\n", "it is empty, not a NodeRouteTable"),
        row("just text", "line 1: a NodeRouteTable is a mapping, this is text"),
        row("- a", "line 1: a NodeRouteTable is a mapping, this is a list"),
        row(
            "a: [1",
            "line 1: not YAML: while parsing a flow sequence, expected ',' or ']', but got"),
        row("a: b\n\tc: d", "line 2: not YAML: "),
        row("a: \u0001", "not YAML: it has a control character"),
        row("a: {{ .Values.x }}", "line 1: "),
        row("a: &a [*a]", "line 1: an alias stands inside of what it names"),
        row("? [a]\n: b", "line 1: a name must be text"),
        row("a: 1\nb: 2\na: 3", "line 3: 'a' stands here a second time"),
        row("<<: 1", "line 1: << takes a mapping or a list of them"),
        row("a: 1", "line 1: kind: is missing"),
        row("kind: Pod\napiVersion: v1", "line 1: kind: must be NodeRouteTable, not 'Pod'"),
        row(
            "kind: NodeRouteTable\napiVersion: logroute.io/v9",
            "line 2: apiVersion: must be logroute.io/v1alpha1, not 'logroute.io/v9'"),
        row(FULL + "---\na: 1\n", "line 37: a second document starts here, a table is one"),
        row(FULL.replace("metadata: {name", "metadata: {nam"), "line 3: metadata.name: is missing"),
        row(FULL.replace("spec:", "sepc:"), "line 4: unknown field 'sepc', known are apiVersion,"),
        row(
            FULL.replace("    delivery:", "    delivry:"),
            "line 9: spec.endpoints[0]: unknown field 'delivry', known are addresses, "),
        row(
            FULL.replace("AtLeastOnce", "ExactlyOnce"),
            "line 9: spec.endpoints[0].delivery: 'ExactlyOnce' is none of AtMostOnce, AtLeastOnce"),
        row(
            FULL.replace("socket: PUSH", "socket: push"),
            "line 10: spec.endpoints[0].socket: 'push' is none of PUB, PUSH"),
        row(
            FULL.replace("format: three-frame", "format: five-frame"),
            "line 11: spec.endpoints[0].format: format 'five-frame' is not known: use three-frame or rainbond-frame"),
        row(
            FULL.replace("tcp://10.0.0.5:5555", "10.0.0.5:5555"),
            "line 8: spec.endpoints[0].addresses[0]: '10.0.0.5:5555' is not an address: write"
                + " tcp://host:port"),
        row(
            FULL.replace("[tcp://10.0.0.5:5555, \"tcp://[fd00::1]:5555\"]", "[]"),
            "line 8: spec.endpoints[0].addresses: takes 1 to 16 addresses, not 0"),
        row(
            FULL.replace("bytesPerSecond: 1000", "bytesPerSecond: -1"),
            "line 13: spec.endpoints[0].bytesPerSecond: '-1' is not a whole number from 0 on"),
        row(
            FULL.replace("bytesPerSecond: 1000", "bytesPerSecond: 1Mi"),
            "line 13: spec.endpoints[0].bytesPerSecond: must be a whole number, not text"),
        row(
            FULL.replace("since: 2026-11-22T10:00:00.5+01:00", "since: yesterday"),
            "line 19: spec.routes[0].since: 'yesterday' is not a time such as"
                + " 2026-11-22T10:00:00Z"),
        row(
            FULL.replace("    endpoint: central", "    endpoint: centrl"),
            "line 20: spec.routes[0].endpoint: the table has no endpoint 'centrl'"),
        row(
            FULL.replace("[stdout]", "[stdout, stdin]"),
            "line 21: spec.routes[0].streams[1]: 'stdin' is none of stdout, stderr"),
        row(
            FULL.replace("maxLineBytes: 4096", "maxLineBytes: 0"),
            "line 22: spec.routes[0].maxLineBytes: '0' is not a whole number from 1 on"),
        row(
            FULL.replace("maxLineBytes: 4096", "maxLineBytes: 99999999999999999999"),
            "line 22: spec.routes[0].maxLineBytes: '99999999999999999999' is not a whole number"),
        row(
            FULL.replace("mode: blocking", "mode: yes"),
            "line 24: spec.routes[0].options.mode: 'yes' is read as true or false: put it in quotes"),
        row(
            FULL.replace("options: {mode: blocking, tag: \"\"}", "options: [mode]"),
            "line 24: spec.routes[0].options: must be a mapping, not a list"),
        row(
            FULL.replace("{mode: blocking, tag: \"\"}", "{mode: }"),
            "line 24: spec.routes[0].options.mode: '' is read as nothing: put it in quotes"),
        row(
            FULL.replace("  pods:", "  - {name: team-a/web}\n  pods:"),
            "line 25: spec.routes[1].name: 'team-a/web' stands in the list a second time"),
        row(
            FULL.replace("  routes:\n", "  - {name: central, addresses: [tcp://a:1]}\n  routes:\n"),
            "line 14: spec.endpoints[1].name: 'central' stands in the list a second time"),
        row(
            FULL.replace("{route: team-a/web,", "{route: team-a/wbe,"),
            "line 32: spec.pods[0].containers[0].routes[0].route: the table has no route"
                + " 'team-a/wbe'"),
        row(
            FULL.replace("tenantId: t1", "tenantId: 17"),
            "line 32: spec.pods[0].containers[0].routes[0].tenantId: '17' is read as a number: put"
                + " it in quotes"),
        row(
            FULL.replace("tenantId: t1", "tenantId: \"\""),
            "line 32: spec.pods[0].containers[0].routes[0].tenantId: must not be empty"),
        row(
            FULL.replace("containers: []", "containers: {}"),
            "line 33: spec.pods[1].containers: must be a list, not a mapping"));
  }

  @ParameterizedTest
  @MethodSource("bad")
  void shouldSayLineFieldAndCauseWhenAFileIsWrong(String yaml, String sentence) {
    assertThat(bad(TableCodec.readYaml(bytes(yaml)))).startsWith(sentence);
  }

  @Test
  void shouldSayTheFieldWithoutALineWhenAnObjectIsWrong() {
    assertThat(
            bad(
                TableCodec.readJson(
                    bytes(
                        """
                        {"apiVersion": "logroute.io/v1alpha1", "kind": "NodeRouteTable",
                         "metadata": {"name": "n"}, "spec": {"routes": [{"name": "r", "endpoint": "e"}]}}
                        """))))
        .isEqualTo("spec.routes[0].endpoint: the table has no endpoint 'e'");
    assertThat(bad(TableCodec.readJson(bytes("{\"a\": 1, \"a\": 2}")))).startsWith("not JSON: ");
    assertThat(bad(TableCodec.readJson(bytes("{} {}"))))
        .isEqualTo("something follows the document");
    assertThat(bad(TableCodec.readJson(new byte[0])))
        .isEqualTo("it is empty, not a NodeRouteTable");
  }

  @Test
  void shouldRefuseQuicklyWhenAliasesRepeatTooMuch() {
    StringBuilder yaml = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 30; i++) {
      yaml.append("a").append(i).append(": &a").append(i).append(" [");
      yaml.append(("*a" + (i - 1) + ", ").repeat(9)).append("x]\n");
    }
    assertThat(bad(TableCodec.readYaml(bytes(yaml.toString()))))
        .isEqualTo("line 1: its aliases repeat too much");
  }

  @Test
  void shouldRefuseWhenADocumentIsTooDeep() {
    StringBuilder chain = new StringBuilder("a0: &a0 []\n");
    for (int i = 1; i < 5000; i++) {
      chain.append("a%d: &a%d [*a%d]\n".formatted(i, i, i - 1));
    }
    assertThat(bad(TableCodec.readYaml(bytes(chain.toString())))).contains("too deep");
    assertThat(bad(TableCodec.readYaml(bytes("[".repeat(100_000))))).isNotBlank();
    assertThat(bad(TableCodec.readYaml(bytes("a:\n" + "- ".repeat(5000))))).isNotBlank();
    assertThat(bad(TableCodec.readJson(bytes("[".repeat(100_000))))).isNotBlank();
  }

  @Test
  void shouldGiveTheSameTableWhenWrittenAndRead() {
    Random random = seeded();
    RandomTables tables = new RandomTables(random);
    for (int i = 0; i < 300; i++) {
      NodeRouteTable table = tables.next();
      byte[] yaml = TableCodec.writeYaml(table);
      byte[] json = TableCodec.writeJson(table);
      assertThat(TableCodec.readYaml(yaml))
          .as(() -> new String(yaml, StandardCharsets.UTF_8))
          .isEqualTo(new TableReading.Good(table));
      assertThat(TableCodec.readJson(json)).isEqualTo(new TableReading.Good(table));
      assertThat(TableCodec.writeYaml(good(TableCodec.readJson(json)))).isEqualTo(yaml);
      assertThat(TableCodec.readJson(withSpec(table, TableCodec.writeLeanSpec(table))))
          .isEqualTo(new TableReading.Good(table));
    }
  }

  @Test
  void shouldLeaveOutOfALeanSpecWhatAReaderTakesForGranted() {
    NodeRouteTable table =
        good(
            TableCodec.readYaml(
                bytes(
                    """
                    apiVersion: logroute.io/v1alpha1
                    kind: NodeRouteTable
                    metadata: {name: node-1}
                    spec:
                      endpoints: [{name: central, addresses: ['tcp://10.0.0.5:5555']}]
                      routes: [{name: team-a/web, generation: 3, endpoint: central}]
                    """)));

    assertThat(new String(TableCodec.writeLeanSpec(table), StandardCharsets.UTF_8))
        .contains(
            "\"routes\":[{\"name\":\"team-a/web\",\"generation\":3,\"endpoint\":\"central\"}]");
  }

  private static byte[] withSpec(NodeRouteTable table, byte[] spec) {
    String json = new String(TableCodec.writeJson(table), StandardCharsets.UTF_8);
    String head = json.substring(0, json.indexOf(",\"spec\":{"));
    return bytes(head + ",\"spec\":" + new String(spec, StandardCharsets.UTF_8) + "}");
  }

  @Test
  void shouldNeverThrowWhateverTheBytesAre() {
    Random random = seeded();
    byte[] yaml = bytes(FULL);
    byte[] json = TableCodec.writeJson(FULL_TABLE);
    for (int i = 0; i < 3_000; i++) {
      assertReads(TableCodec.readYaml(mutated(random, yaml)));
      assertReads(TableCodec.readJson(mutated(random, json)));
    }
  }

  @Test
  void shouldWriteAMergePatchOfTheStatus() {
    TableStatus status =
        new TableStatus(
            7L,
            null,
            List.of(
                new TableStatus.RouteReport(
                    "team-a/web",
                    List.of(
                        new TableStatus.Problem(
                            Instant.parse("2026-11-22T10:00:00Z"), "tcp://a:1 does not answer")))));
    assertThat(new String(TableCodec.writeStatusPatch(status), StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"status\":{\"observedGeneration\":7,\"problem\":null,\"routes\":[{\"route\":"
                + "\"team-a/web\",\"problems\":[{\"since\":\"2026-11-22T10:00:00Z\",\"message\":"
                + "\"tcp://a:1 does not answer\"}]}]}}");
  }

  private static void assertReads(TableReading reading) {
    if (reading instanceof TableReading.Bad(String sentence)) {
      assertThat(sentence).isNotBlank().hasSizeLessThan(2000);
      assertThat(sentence.chars()).noneMatch(Character::isISOControl);
    }
  }

  private static byte[] mutated(Random random, byte[] original) {
    byte[] bytes = original.clone();
    for (int n = 1 + random.nextInt(4); n > 0; n--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(4)) {
        case 0 -> bytes[at] = (byte) random.nextInt(256);
        case 1 -> bytes[at] = (byte) "{}[]:,-\n\t '\"&*!|>%@`#?<0".charAt(random.nextInt(24));
        case 2 -> bytes = java.util.Arrays.copyOf(bytes, Math.max(1, at));
        default -> {
          int from = random.nextInt(bytes.length);
          int length = Math.min(random.nextInt(40), bytes.length - Math.max(at, from));
          System.arraycopy(bytes, from, bytes, at, Math.max(0, length));
        }
      }
    }
    return bytes;
  }

  private static Random seeded() {
    long seed = System.nanoTime();
    System.out.println("TableCodecTest seed " + seed);
    return new Random(seed);
  }

  private static NodeRouteTable good(TableReading reading) {
    assertThat(reading).isInstanceOf(TableReading.Good.class);
    return ((TableReading.Good) reading).table();
  }

  private static String bad(TableReading reading) {
    assertThat(reading).isInstanceOf(TableReading.Bad.class);
    return ((TableReading.Bad) reading).sentence();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String[] row(String yaml, String sentence) {
    return new String[] {yaml, sentence};
  }
}
