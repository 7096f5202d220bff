// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.logroute.api.v1alpha1.LogEndpoint;
import io.logroute.api.v1alpha1.LogRoute;
import io.logroute.operator.compile.TableCompiler.Compiled;
import io.logroute.options.LogOptionValidators;
import io.logroute.table.NodeRouteTable;
import io.logroute.table.NodeRouteTable.Assignment;
import io.logroute.table.NodeRouteTable.Container;
import io.logroute.table.NodeRouteTable.Endpoint;
import io.logroute.table.NodeRouteTable.Route;
import io.logroute.table.TableCodec;
import io.logroute.table.TableReading;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TableCompilerTest {

  private final Map<String, LogEndpoint> endpoints = new HashMap<>();
  private final Map<String, NamespaceFacts> namespaces = new HashMap<>();
  private final List<LogRoute> routes = new ArrayList<>();
  private final List<PodFacts> pods = new ArrayList<>();
  private boolean inlineAllowed = true;

  @Test
  void shouldRouteEveryContainerWithItsIdsWhenARouteSelectsThePod() {
    route("web", "{selector: {matchLabels: {app: web}}, zmqAddress: 'tcp://a:1'}");
    pod(
        "web-1",
        "{app: web, tenant_id: t1}",
        """
        initContainers: [{name: init, image: i}]
        containers: [{name: app, image: i, env: [{name: SERVICE_ID, value: s1}]}]
        """);
    pod("db-1", "{app: db}", "containers: [{name: db, image: i}]");

    NodeRouteTable table = compile().table();

    assertThat(table.endpoints()).extracting(Endpoint::name).containsExactly("tcp://a:1");
    assertThat(table.routes()).extracting(Route::name).containsExactly("ns/web");
    assertThat(table.pods()).extracting(NodeRouteTable.Pod::name).containsExactly("db-1", "web-1");
    assertThat(table.pods().getFirst().containers()).isEmpty();
    assertThat(table.pods().getLast().containers())
        .containsExactly(
            new Container("app", null, List.of(new Assignment("ns/web", "t1", "s1"))),
            new Container("init", null, List.of(new Assignment("ns/web", "t1", "default"))));
  }

  @Test
  void shouldCarryWhatTheRouteSays() {
    route(
        "r",
        """
        {options: {zmq-address: 'tcp://a:1', mode: non-blocking, tag: '{{.ImageName}}'},
         streams: [stderr], backfill: None, maxLineBytes: 64Ki, rateLimit: {linesPerSecond: 10}}
        """);
    pod("p", "{}", "containers: [{name: c, image: 'registry/web:1'}]");

    NodeRouteTable table = compile().table();

    assertThat(table.routes())
        .containsExactly(
            new Route(
                "ns/r",
                7,
                "zmq",
                NodeRouteTable.Backfill.None,
                Instant.parse("2026-01-02T03:04:05Z"),
                "tcp://a:1",
                java.util.Set.of(NodeRouteTable.Stream.stderr),
                65536,
                new NodeRouteTable.RateLimit(10, 10),
                Map.of("mode", "non-blocking", "tag", "{{.ImageName}}")));
    assertThat(container(table, "p", "c").image()).isEqualTo("registry/web:1");
  }

  @Test
  void shouldNotSayASinceWhenEverythingAvailableIsWanted() {
    route("r", "{zmqAddress: 'tcp://a:1'}");
    pod("p", "{}", "containers: [{name: c}]");

    assertThat(compile().table().routes().getFirst().since()).isNull();
  }

  @Test
  void shouldTakeContainersByGlobWithExcludeWinning() {
    route(
        "r",
        "{zmqAddress: 'tcp://a:1', containers: {include: ['app-?', side*], exclude: [sidecar]}}");
    pod(
        "p",
        "{}",
        "containers: [{name: app-1}, {name: app-10}, {name: side}, {name: sidecar}, {name: App-1}]");

    assertThat(podEntry(compile().table(), "p").containers())
        .extracting(Container::name)
        .containsExactly("app-1", "side");
  }

  @Test
  void shouldTakeEveryRouteThatSelectsAContainer() {
    route("b", "{zmqAddress: 'tcp://b:1', tenantId: {value: tb}}");
    route("a", "{zmqAddress: 'tcp://a:1', tenantId: {value: ta}}");
    pod("p", "{}", "containers: [{name: c}]");

    assertThat(container(compile().table(), "p", "c").routes())
        .extracting(Assignment::route)
        .containsExactly("ns/a", "ns/b");
  }

  @Test
  void shouldLetDriverNoneBeatAllOthers() {
    route("all", "{zmqAddress: 'tcp://a:1'}");
    route("quiet", "{driver: none, containers: {include: [noisy]}}");
    pod("p", "{}", "containers: [{name: app}, {name: noisy}]");

    NodeRouteTable table = compile().table();

    assertThat(container(table, "p", "app").routes())
        .extracting(Assignment::route)
        .containsExactly("ns/all");
    assertThat(container(table, "p", "noisy").routes())
        .extracting(Assignment::route)
        .containsExactly("ns/quiet");
  }

  @Test
  void shouldLeaveOutARouteThatIsNotAcceptedAndNoOther() {
    route("bad", "{zmqAddress: 'tcp://a:1', options: {foo: bar}}");
    route("good", "{zmqAddress: 'tcp://a:1'}");
    pod("p", "{}", "containers: [{name: c}]");

    NodeRouteTable table = compile().table();

    assertThat(table.routes()).extracting(Route::name).containsExactly("ns/good");
    assertThat(container(table, "p", "c").routes()).hasSize(1);
  }

  @Test
  void shouldLeaveOutARouteWhoseEndpointIsNotThere() {
    route("r", "{endpointRef: {name: central}}");
    pod("p", "{}", "containers: [{name: c}]");

    NodeRouteTable table = compile().table();

    assertThat(table.routes()).isEmpty();
    assertThat(podEntry(table, "p").containers()).isEmpty();
    assertThat(verdict("r").unresolved())
        .isEqualTo(
            new RouteVerdict.Refusal(
                RouteVerdict.Cause.EndpointNotFound,
                "there is no LogEndpoint 'central': create it, or correct endpointRef.name"));
  }

  @Test
  void shouldUseAnEndpointByReference() {
    endpoint(
        "central",
        "{addresses: ['tcp://a:1', 'tcp://b:1'], socket: PUSH, bytesPerSecond: 1Mi,"
            + " curve: {secretRef: {name: keys}}}");
    route("r", "{endpointRef: {name: central}}");
    pod("p", "{}", "containers: [{name: c}]");

    assertThat(compile().table().endpoints())
        .containsExactly(
            new Endpoint(
                "central",
                List.of("tcp://a:1", "tcp://b:1"),
                NodeRouteTable.Delivery.AtMostOnce,
                NodeRouteTable.Socket.PUSH,
                "three-frame",
                "central",
                1 << 20));
  }

  @Test
  void shouldNotLetANamespaceInThatTheEndpointDoesNotSelect() {
    endpoint(
        "central",
        "{addresses: ['tcp://a:1'], access: {namespaceSelector: {matchLabels: {logs: 'yes'}}}}");
    route("r", "{endpointRef: {name: central}}");
    pod("p", "{}", "containers: [{name: c}]");

    assertThat(compile().table().routes()).isEmpty();
    assertThat(verdict("r").unresolved())
        .extracting(RouteVerdict.Refusal::cause)
        .isEqualTo(RouteVerdict.Cause.EndpointNotPermitted);

    namespaces.put("ns", new NamespaceFacts("ns", Map.of("logs", "yes"), Map.of()));
    assertThat(compile().table().routes()).hasSize(1);
  }

  @Test
  void shouldRouteOnlyGrantedTenantsWhenTheEndpointWantsThat() {
    endpoint("central", "{addresses: ['tcp://a:1'], access: {tenants: Granted}}");
    namespaces.put(
        "ns", new NamespaceFacts("ns", Map.of(), Map.of("logroute.io/tenants", "t1, t2")));
    route("r", "{endpointRef: {name: central}, tenantId: {fromLabel: tenant}}");
    pod("mine", "{tenant: t2}", "containers: [{name: c}]");
    pod("foreign", "{tenant: t3}", "containers: [{name: c}]");

    Compiled compiled = compile();

    assertThat(podEntry(compiled.table(), "mine").containers()).hasSize(1);
    assertThat(podEntry(compiled.table(), "foreign").containers()).isEmpty();
    assertThat(compiled.problems().get("ns/r"))
        .containsExactly(
            "pod foreign: container c is not routed, since tenant 't3' is not granted to namespace"
                + " 'ns' for LogEndpoint 'central': the platform team may list it in the"
                + " namespace's annotation logroute.io/tenants");
  }

  @Test
  void shouldRouteOnlyServicesThatFitTheEndpointsFormat() {
    endpoint("rainbond", "{addresses: ['tcp://a:6362'], format: rainbond-frame}");
    route("r", "{endpointRef: {name: rainbond}, serviceId: {fromLabel: service_id}}");
    pod("fits", "{service_id: b0baf29788500c429a242185605f8cf6}", "containers: [{name: c}]");
    pod("short", "{service_id: web}", "containers: [{name: c}]");

    Compiled compiled = compile();

    assertThat(compiled.table().endpoints().getFirst().format()).isEqualTo("rainbond-frame");
    assertThat(podEntry(compiled.table(), "fits").containers()).hasSize(1);
    assertThat(podEntry(compiled.table(), "short").containers()).isEmpty();
    assertThat(compiled.problems().get("ns/r"))
        .containsExactly(
            "pod short: container c is not routed, since service 'web' does not fit format"
                + " rainbond-frame: Rainbond's ids have 32 characters, and LogEndpoint 'rainbond'"
                + " has that format");
  }

  @Test
  void shouldRefuseInlineAddressesWhenTheClusterForbidsThem() {
    inlineAllowed = false;
    route("field", "{zmqAddress: 'tcp://a:1'}");
    route("option", "{options: {zmq-address: 'tcp://a:1'}}");
    pod("p", "{}", "containers: [{name: c}]");

    assertThat(compile().table().routes()).isEmpty();
    assertThat(verdict("option").refusals())
        .extracting(RouteVerdict.Refusal::cause)
        .containsExactly(RouteVerdict.Cause.InlineAddressForbidden);
  }

  @Test
  void shouldReplaceABadIdOfAPodWithAProblem() {
    route("r", "{zmqAddress: 'tcp://a:1', tenantId: {fromLabel: tenant, default: shared}}");
    pod("none", "{}", "containers: [{name: c}]");
    pod("bad", "{}", "containers: [{name: c, env: [{name: SERVICE_ID, value: 'a/b'}]}]");

    Compiled compiled = compile();

    assertThat(container(compiled.table(), "bad", "c").routes())
        .containsExactly(new Assignment("ns/r", "shared", "default"));
    assertThat(compiled.problems().get("ns/r"))
        .containsExactly(
            "pod bad: env SERVICE_ID of container c gives a serviceId that is none ('a/b'); its"
                + " lines go out as 'default'",
            "pod bad: label tenant gives no tenantId; its lines go out as 'shared'",
            "pod none: label tenant gives no tenantId; its lines go out as 'shared'");
  }

  @Test
  void shouldFollowTheDefaultNamesOfIdsInTheirOrder() {
    route("r", "{zmqAddress: 'tcp://a:1'}");
    String both = "env: [{name: _TENANT_ID, value: second}, {name: TENANT_ID, value: first}]";
    pod("first", "{tenant_id: label}", "containers: [{name: c, " + both + "}]");
    pod(
        "second",
        "{tenant_id: label}",
        "containers: [{name: c, env: [{name: TENANT_ID, value: ''}, {name: _TENANT_ID, value: second}]}]");
    pod("label", "{tenant_id: label}", "containers: [{name: c}]");
    pod(
        "unresolved",
        "{}",
        "containers: [{name: c, env: [{name: TENANT_ID, valueFrom: {fieldRef: {fieldPath: x}}}]}]");

    Compiled compiled = compile();

    assertThat(
            compiled.table().pods().stream()
                .map(
                    pod ->
                        pod.name()
                            + "="
                            + pod.containers().getFirst().routes().getFirst().tenantId()))
        .containsExactly("first=first", "label=label", "second=second", "unresolved=default");
    assertThat(compiled.problems().get("ns/r"))
        .containsExactly(
            "pod unresolved: env TENANT_ID of container c, which has no literal value, gives no"
                + " tenantId; its lines go out as 'default'");
  }

  @Test
  void shouldNameAStaticPodByItsConfigHash() {
    route("r", "{zmqAddress: 'tcp://a:1'}");
    Pod pod = parsePod("etcd-node-1", "{}", "containers: [{name: etcd}]");
    pod.getMetadata().setAnnotations(Map.of("kubernetes.io/config.mirror", "0123abcd"));
    pods.add(PodFacts.of(pod));

    assertThat(podEntry(compile().table(), "etcd-node-1").uid()).isEqualTo("0123abcd");
  }

  @Test
  void shouldNotTakePodsOfOtherNamespaces() {
    route("r", "{zmqAddress: 'tcp://a:1'}");
    Pod pod = parsePod("p", "{}", "containers: [{name: c}]");
    pod.getMetadata().setNamespace("other");
    pods.add(PodFacts.of(pod));

    assertThat(podEntry(compile().table(), "p").containers()).isEmpty();
  }

  @Test
  void shouldGiveTheSameBytesWhateverTheOrder() {
    endpoint("central", "{addresses: ['tcp://a:1']}");
    for (int i = 0; i < 12; i++) {
      route("r" + i, "{endpointRef: {name: central}, options: {mode: blocking, tag: t" + i + "}}");
      pod("p" + i, "{}", "containers: [{name: b}, {name: a}]");
    }
    byte[] first = TableCodec.writeJson(compile().table());
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 20; i++) {
      Collections.shuffle(routes, random);
      Collections.shuffle(pods, random);

      assertThat(TableCodec.writeJson(compile().table())).as("seed " + seed).isEqualTo(first);
    }
  }

  @Test
  void shouldGiveATableThatAnAgentReads() {
    route("r", "{zmqAddress: 'tcp://a:1', backfill: None, rateLimit: {linesPerSecond: 1}}");
    pod("p", "{}", "containers: [{name: c}]");
    NodeRouteTable table = compile().table();

    assertThat(TableCodec.readJson(TableCodec.writeJson(table)))
        .isEqualTo(new TableReading.Good(table));
  }

  private Compiled compile() {
    return TableCompiler.compile(
        "node-1", "cluster", routes.stream().map(this::judge).toList(), this::namespace, pods);
  }

  private RouteVerdict verdict(String name) {
    return routes.stream()
        .filter(route -> route.getMetadata().getName().equals(name))
        .map(this::judge)
        .findFirst()
        .orElseThrow();
  }

  private RouteVerdict judge(LogRoute route) {
    return new RouteJudge(new RouteRules(LogOptionValidators.builtIn()), inlineAllowed)
        .judge(
            RouteFacts.of(route),
            name -> Optional.ofNullable(endpoints.get(name)),
            namespace("ns"));
  }

  private NamespaceFacts namespace(String name) {
    return namespaces.getOrDefault(name, new NamespaceFacts(name, Map.of(), Map.of()));
  }

  private void route(String name, String spec) {
    routes.add(
        Serialization.unmarshal(
            """
            metadata: {name: %s, namespace: ns, generation: 7, creationTimestamp: '2026-01-02T03:04:05Z'}
            spec: %s
            """
                .formatted(name, spec.strip().replace("\n", " ")),
            LogRoute.class));
  }

  private void endpoint(String name, String spec) {
    endpoints.put(
        name,
        Serialization.unmarshal(
            "metadata: {name: " + name + "}\nspec: " + spec, LogEndpoint.class));
  }

  private void pod(String name, String labels, String spec) {
    pods.add(PodFacts.of(parsePod(name, labels, spec)));
  }

  private static Pod parsePod(String name, String labels, String spec) {
    return Serialization.unmarshal(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: %s, namespace: ns, uid: uid-%s, labels: %s}\nspec:\n%s"
            .formatted(name, name, labels, spec.indent(2)),
        Pod.class);
  }

  private static NodeRouteTable.Pod podEntry(NodeRouteTable table, String name) {
    return table.pods().stream().filter(pod -> pod.name().equals(name)).findFirst().orElseThrow();
  }

  private static Container container(NodeRouteTable table, String pod, String name) {
    return podEntry(table, pod).containers().stream()
        .filter(container -> container.name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
