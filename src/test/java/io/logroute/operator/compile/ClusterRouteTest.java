// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.Serialization;
import io.logroute.api.v1alpha1.ClusterLogRoute;
import io.logroute.api.v1alpha1.LogEndpoint;
import io.logroute.api.v1alpha1.LogRoute;
import io.logroute.operator.compile.PodFacts.ContainerFacts;
import io.logroute.operator.compile.Selection.Selected;
import io.logroute.operator.compile.TableCompiler.Compiled;
import io.logroute.options.LogOptionValidators;
import io.logroute.table.NodeRouteTable;
import io.logroute.table.NodeRouteTable.Assignment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** ClusterLogRoutes beside LogRoutes: namespaces, precedence, claims, driver none, tenants. */
class ClusterRouteTest {

  private static final String TO_A = "zmqAddress: 'tcp://a:1'";

  private final RouteJudge judge =
      new RouteJudge(new RouteRules(LogOptionValidators.builtIn()), true);
  private final List<RouteFacts> routes = new ArrayList<>();
  private NamespaceFacts namespace =
      new NamespaceFacts("team-a", Map.of("team", "a"), Map.of("logroute.io/tenants", "t1"));
  private Optional<LogEndpoint> endpoint = Optional.empty();

  @Test
  void shouldLookAtTheNamespacesOfItsSelectorOnly() {
    cluster("in", "{namespaceSelector: {matchLabels: {team: a}}, " + TO_A + "}");
    cluster("out", "{namespaceSelector: {matchLabels: {team: b}}, " + TO_A + "}");
    cluster("everywhere", "{" + TO_A + "}");

    assertThat(taken()).containsExactly("everywhere", "in");
  }

  @Test
  void shouldLeaveAClaimedContainerToItsLogRoutesUnlessPrecedenceIsAlways() {
    cluster("fallback", "{" + TO_A + "}");
    cluster("audit", "{precedence: Always, " + TO_A + "}");
    assertThat(taken()).containsExactly("audit", "fallback");

    local("web", "{streams: [stderr], " + TO_A + "}");

    assertThat(taken()).containsExactly("audit", "team-a/web");
    assertThat(overriding("fallback")).isEqualTo("LogRoute team-a/web");
  }

  @Test
  void shouldCountAnUnresolvedLogRouteAsAClaimButNoInvalidOne() {
    cluster("fallback", "{" + TO_A + "}");
    local("wrong", "{options: {nope: '1'}, " + TO_A + "}");
    assertThat(taken()).containsExactly("fallback");

    local("unresolved", "{endpointRef: {name: missing}}");

    assertThat(taken()).isEmpty();
    assertThat(overriding("fallback")).isEqualTo("LogRoute team-a/unresolved");
  }

  @Test
  void shouldKeepNoneAboveLogRoutesAndDefaults() {
    cluster("audit", "{precedence: Always, " + TO_A + "}");
    cluster("fallback", "{" + TO_A + "}");
    local("web", "{" + TO_A + "}");
    local("quiet", "{driver: none}");
    assertThat(taken()).containsExactly("audit", "team-a/quiet");

    cluster("silence", "{precedence: Always, driver: none}");

    assertThat(taken()).containsExactly("audit", "silence");
    assertThat(overriding("team-a/web")).isEqualTo("ClusterLogRoute silence");
    assertThat(overriding("team-a/quiet")).isEqualTo("ClusterLogRoute silence");
    assertThat(overriding("fallback")).isEqualTo("ClusterLogRoute silence");
  }

  @Test
  void shouldLetADefaultNoneBeatOtherDefaultsAndNoLogRoute() {
    cluster("fallback", "{" + TO_A + "}");
    cluster("quiet", "{driver: none}");
    assertThat(taken()).containsExactly("quiet");

    local("web", "{" + TO_A + "}");

    assertThat(taken()).containsExactly("team-a/web");
  }

  @Test
  void shouldUseABareNameAndTheRoutesOwnFields() {
    cluster(
        "audit", "{precedence: Always, tenantId: {value: ops}, maxLineBytes: 1Ki, " + TO_A + "}");

    NodeRouteTable table = compile().table();

    assertThat(table.routes()).extracting(NodeRouteTable.Route::name).containsExactly("audit");
    assertThat(table.routes().getFirst().maxLineBytes()).isEqualTo(1024);
    assertThat(table.pods().getFirst().containers().getFirst().routes())
        .containsExactly(new Assignment("audit", "ops", "default"));
  }

  @Test
  void shouldGrantWhatThePlatformTeamWroteAndCheckWhatAPodSays() {
    endpoint = Optional.of(granted());
    cluster("written", "{tenantId: {value: ops}, endpointRef: {name: c}}");
    cluster("default", "{tenantId: {fromLabel: no, default: ops}, endpointRef: {name: c}}");
    cluster("granted", "{tenantId: {fromLabel: mine}, endpointRef: {name: c}}");
    cluster("claimed", "{tenantId: {fromLabel: theirs}, endpointRef: {name: c}}");

    Compiled compiled = compile();

    assertThat(compiled.table().routes())
        .extracting(NodeRouteTable.Route::name)
        .containsExactly("default", "granted", "written");
    assertThat(compiled.problems().get("claimed"))
        .singleElement()
        .asString()
        .contains("tenant 't2' is not granted to namespace 'team-a'");
  }

  @Test
  void shouldNotHoldAClusterRouteToTheEndpointsNamespaces() {
    endpoint =
        Optional.of(
            endpoint(
                "{addresses: ['tcp://a:1'], access: {namespaceSelector: {matchLabels: {x: y}}}}"));
    cluster("audit", "{endpointRef: {name: c}}");
    local("web", "{endpointRef: {name: c}, selector: {matchLabels: {no: pod}}}");

    assertThat(taken()).containsExactly("audit");
    assertThat(verdict("team-a/web").unresolved()).isNotNull();
  }

  @Test
  void shouldRefuseAWrongNamespaceSelector() {
    cluster("wrong", "{namespaceSelector: {matchLabels: {'a b': c}}, " + TO_A + "}");

    assertThat(verdict("wrong").refusals())
        .extracting(RouteVerdict.Refusal::sentence)
        .containsExactly("namespaceSelector.matchLabels: 'a b' is not the name of a label");
    assertThat(taken()).isEmpty();
  }

  @Test
  void shouldReadAndWriteItsFieldsBesideEachOther() {
    ClusterLogRoute route =
        read(
            "ClusterLogRoute",
            "audit",
            "{precedence: Always, driver: none}",
            ClusterLogRoute.class);

    assertThat(route.getSpec().route().driver()).isEqualTo("none");
    assertThat(Serialization.asJson(route.getSpec()))
        .isEqualTo("{\"precedence\":\"Always\",\"driver\":\"none\"}");
  }

  /** The rules of {@link Selection} hold for any set of routes, in any order. */
  @Test
  void shouldKeepItsRulesForAnySetOfRoutes() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      routes.clear();
      for (int r = random.nextInt(6); r >= 0; r--) {
        addRandom("r" + r, random);
      }
      List<RouteVerdict> verdicts = new ArrayList<>(verdicts());
      List<Selected> selected = selected(verdicts);
      Collections.shuffle(verdicts, random);
      assertThat(selected(verdicts)).as("seed %d", seed).isEqualTo(selected);

      boolean claimed =
          selected.stream().anyMatch(s -> !s.verdict().route().scope().isClusterWide());
      long logRouteNones =
          selected.stream().filter(s -> s.taken() && isNone(s) && !always(s)).count();
      for (Selected s : selected) {
        if (always(s)) {
          assertThat(s.overriddenBy()).as("seed %d: %s", seed, selected).isNull();
        }
        if (s.taken() && s.verdict().route().scope().isDefault()) {
          assertThat(claimed).as("seed %d: %s", seed, selected).isFalse();
        }
        if (s.taken() && !isNone(s) && !always(s)) {
          assertThat(logRouteNones).as("seed %d: %s", seed, selected).isZero();
        }
      }
      assertThat(logRouteNones).as("seed %d: %s", seed, selected).isLessThanOrEqualTo(1);
    }
  }

  private void addRandom(String name, Random random) {
    String driver = random.nextInt(3) == 0 ? "driver: none" : TO_A;
    switch (random.nextInt(3)) {
      case 0 -> local(name, "{" + driver + "}");
      case 1 -> cluster(name, "{precedence: Always, " + driver + "}");
      default -> cluster(name, "{precedence: Default, " + driver + "}");
    }
  }

  private static boolean isNone(Selected selected) {
    return Selection.isNone(selected.verdict());
  }

  private static boolean always(Selected selected) {
    RouteScope scope = selected.verdict().route().scope();
    return scope.isClusterWide() && !scope.isDefault();
  }

  private List<String> taken() {
    return selected(verdicts()).stream()
        .filter(Selected::taken)
        .map(selected -> selected.verdict().route().tableName())
        .toList();
  }

  private String overriding(String route) {
    return selected(verdicts()).stream()
        .filter(selected -> selected.verdict().route().tableName().equals(route))
        .map(
            selected ->
                selected.overriddenBy() == null
                    ? "nothing"
                    : selected.overriddenBy().route().title())
        .findFirst()
        .orElse("not selected");
  }

  private List<Selected> selected(List<RouteVerdict> verdicts) {
    return Selection.of(namespace, pod(), pod().containers().getFirst(), verdicts);
  }

  private Compiled compile() {
    return TableCompiler.compile("node", "c", verdicts(), name -> namespace, List.of(pod()));
  }

  private List<RouteVerdict> verdicts() {
    return routes.stream().map(route -> judge.judge(route, name -> endpoint, namespace)).toList();
  }

  private RouteVerdict verdict(String name) {
    return verdicts().stream()
        .filter(verdict -> verdict.route().tableName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static PodFacts pod() {
    return new PodFacts(
        "team-a",
        "web-1",
        "uid",
        Map.of("mine", "t1", "theirs", "t2"),
        Map.of(),
        List.of(new ContainerFacts("app", "i", Map.of())));
  }

  private static LogEndpoint granted() {
    return endpoint("{addresses: ['tcp://a:1'], access: {tenants: Granted}}");
  }

  private static LogEndpoint endpoint(String spec) {
    return read("LogEndpoint", "c", spec, LogEndpoint.class);
  }

  private void local(String name, String spec) {
    LogRoute route = read("LogRoute", name, spec, LogRoute.class);
    route.getMetadata().setNamespace("team-a");
    routes.add(RouteFacts.of(route));
  }

  private void cluster(String name, String spec) {
    routes.add(RouteFacts.of(read("ClusterLogRoute", name, spec, ClusterLogRoute.class)));
  }

  private static <T> T read(String kind, String name, String spec, Class<T> type) {
    return Serialization.unmarshal(
        """
        apiVersion: logroute.io/v1alpha1
        kind: %s
        metadata: {name: %s}
        spec: %s
        """
            .formatted(kind, name, spec),
        type);
  }
}
