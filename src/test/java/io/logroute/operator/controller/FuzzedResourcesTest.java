// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.logroute.api.v1alpha1.ClusterLogRoute;
import io.logroute.api.v1alpha1.LogAgent;
import io.logroute.api.v1alpha1.LogEndpoint;
import io.logroute.api.v1alpha1.LogRoute;
import io.logroute.api.v1alpha1.LogRouteStatus;
import io.logroute.api.v1alpha1.NodeRouteTable;
import io.logroute.operator.compile.AgentRules;
import io.logroute.operator.compile.EndpointRules;
import io.logroute.operator.compile.NamespaceFacts;
import io.logroute.operator.compile.PodFacts;
import io.logroute.operator.compile.PodFacts.ContainerFacts;
import io.logroute.operator.compile.RouteFacts;
import io.logroute.operator.compile.RouteJudge;
import io.logroute.operator.compile.RouteRules;
import io.logroute.operator.compile.RouteVerdict;
import io.logroute.operator.compile.SpecProblem;
import io.logroute.operator.compile.TableCompiler;
import io.logroute.operator.manifest.AgentDaemonSet;
import io.logroute.operator.manifest.AgentSettings;
import io.logroute.operator.status.AgentFindings;
import io.logroute.operator.status.AgentStatuses;
import io.logroute.operator.status.EndpointStatuses;
import io.logroute.operator.status.Reason;
import io.logroute.operator.status.RouteFindings;
import io.logroute.operator.status.RouteStatuses;
import io.logroute.options.LogOptionValidators;
import io.logroute.table.TableCodec;
import io.logroute.table.TableReading;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Whatever stands in a resource, the operator reads it, judges it, compiles it, and has a condition
 * for it; never an exception. {@code -Dfuzz.cases=100000} for the long form, {@code -Dfuzz.seed=N}
 * to repeat one.
 */
class FuzzedResourcesTest {

  private static final int CASES = Integer.getInteger("fuzz.cases", 4_000);

  private final KubernetesSerialization serialization = TolerantSerialization.create();
  private final RouteJudge judge =
      new RouteJudge(new RouteRules(LogOptionValidators.builtIn()), true);
  private final NamespaceFacts namespace = new NamespaceFacts("ns", Map.of("app", "a"), Map.of());
  private final PodFacts pod =
      new PodFacts(
          "ns",
          "pod",
          "uid",
          Map.of("app", "web"),
          Map.of("a", "b"),
          List.of(new ContainerFacts("app", "i", Map.of("TENANT_ID", Optional.of("t")))));

  @Test
  void shouldHaveAConditionForWhateverIsWritten() {
    long seed = Long.getLong("fuzz.seed", System.nanoTime());
    System.out.println("FuzzedResourcesTest seed " + seed);
    Random random = new Random(seed);
    Map<String, Map<String, JsonNode>> schemas =
        Map.of(
            "LogRoute", RandomResources.schemas("logroutes"),
            "ClusterLogRoute", RandomResources.schemas("clusterlogroutes"),
            "LogEndpoint", RandomResources.schemas("logendpoints"),
            "LogAgent", RandomResources.schemas("logagents"),
            "NodeRouteTable", RandomResources.schemas("noderoutetables"));
    List<String> kinds = schemas.keySet().stream().sorted().toList();
    @Nullable LogEndpoint endpoint = null;
    int accepted = 0;
    for (int i = 0; i < CASES; i++) {
      RandomResources resources = new RandomResources(random, i % 3 == 0 ? 0 : random.nextInt(8));
      String kind = kinds.get(i % kinds.size());
      String json =
          resources
              .object(kind, "object-" + i, Objects.requireNonNull(schemas.get(kind)))
              .toString();
      try {
        switch (kind) {
          case "LogRoute" -> {
            LogRoute route = read(json, LogRoute.class);
            accepted += route(RouteFacts.of(route), route, endpoint);
          }
          case "ClusterLogRoute" -> {
            ClusterLogRoute route = read(json, ClusterLogRoute.class);
            accepted += route(RouteFacts.of(route), route, endpoint);
          }
          case "LogEndpoint" -> endpoint = endpoint(read(json, LogEndpoint.class));
          case "LogAgent" -> agent(read(json, LogAgent.class));
          default -> read(json, NodeRouteTable.class);
        }
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + seed + ", case " + i + ": " + json, e);
      }
    }
    assertThat(accepted).as("some routes have to be right, seed %d", seed).isPositive();
  }

  private <T extends CustomResource<?, ?>> T read(String json, Class<T> type) {
    return serialization.unmarshal(json, type);
  }

  private int route(
      RouteFacts facts, CustomResource<?, LogRouteStatus> route, @Nullable LogEndpoint endpoint) {
    RouteVerdict verdict = judge.judge(facts, name -> Optional.ofNullable(endpoint), namespace);
    byte[] table =
        TableCodec.writeJson(
            TableCompiler.compile("node", "c", List.of(verdict), name -> namespace, List.of(pod))
                .table());
    TableReading reading = TableCodec.readJson(table);
    assertThat(reading)
        .as("what is compiled an agent can read: %s", new String(table, StandardCharsets.UTF_8))
        .isNotInstanceOf(TableReading.Bad.class);
    LogRouteStatus status =
        RouteStatuses.of(findings(facts, verdict), route.getStatus(), Instant.EPOCH);
    assertThat(conditions(status.conditions()))
        .containsExactly("Accepted", "ResolvedRefs", "Programmed", "Ready");
    serialization.asJson(status);
    return verdict.accepted() ? 1 : 0;
  }

  private static RouteFindings findings(RouteFacts facts, RouteVerdict verdict) {
    return new RouteFindings(
        facts.generation(),
        verdict.refusals().stream()
            .map(r -> new RouteFindings.Refusal(Reason.valueOf(r.cause().name()), r.sentence()))
            .toList(),
        verdict.unresolved() == null
            ? null
            : new RouteFindings.Refusal(
                Reason.valueOf(verdict.unresolved().cause().name()),
                verdict.unresolved().sentence()),
        1,
        0,
        new TreeSet<>(),
        new TreeSet<>(List.of("node")),
        new TreeSet<>(),
        new TreeSet<>(),
        new TreeSet<>(),
        List.of(),
        new TreeSet<>(),
        facts.tenantInShort(),
        facts.serviceInShort(),
        facts.endpointInShort());
  }

  private LogEndpoint endpoint(LogEndpoint endpoint) {
    List<String> problems =
        EndpointRules.check(endpoint).stream().map(SpecProblem::sentence).toList();
    assertThat(
            conditions(
                EndpointStatuses.of(1, problems, endpoint.getStatus(), Instant.EPOCH).conditions()))
        .containsExactly("Accepted", "Ready");
    return endpoint;
  }

  private void agent(LogAgent agent) {
    List<String> problems = AgentRules.check(agent).stream().map(SpecProblem::sentence).toList();
    AgentFindings found =
        new AgentFindings(problems, new TreeSet<>(), new TreeSet<>(), new TreeSet<>());
    assertThat(
            conditions(
                AgentStatuses.of(
                        1, found, AgentStatuses.Rollout.UNKNOWN, agent.getStatus(), Instant.EPOCH)
                    .conditions()))
        .containsExactly("Accepted", "Programmed", "Ready");
    Coverage.of(
        new NodeBuilder()
            .withNewMetadata()
            .withName("n")
            .endMetadata()
            .withNewSpec()
            .addNewTaint("NoSchedule", "a", null, "b")
            .endSpec()
            .build(),
        List.of(agent));
    AgentSettings settings = new AgentSettings("ns", "image");
    if (problems.isEmpty() && AgentDaemonSet.problem(agent, settings).isEmpty()) {
      serialization.asJson(AgentDaemonSet.of(agent, settings, List.of()));
    }
  }

  private static List<String> conditions(@Nullable List<Condition> conditions) {
    return Objects.requireNonNull(conditions).stream().map(Condition::getType).toList();
  }
}
