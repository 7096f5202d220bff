// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Condition;
import io.logroute.api.v1alpha1.LogRouteStatus;
import io.logroute.api.v1alpha1.Problem;
import io.logroute.operator.status.RouteFindings.Refusal;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RouteStatusesTest {

  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");

  @Test
  void shouldBeReadyWhenEveryNodeRunsTheRoute() {
    LogRouteStatus status = status(found().build(), null);

    assertThat(summary(status))
        .containsExactly(
            "Accepted=True Accepted", "ResolvedRefs=True Resolved",
            "Programmed=True Programmed", "Ready=True Ready");
    assertThat(status.nodes()).isEqualTo(new LogRouteStatus.Nodes(2, 2));
    assertThat(Objects.requireNonNull(status.conditions()))
        .allSatisfy(
            condition -> {
              assertThat(condition.getObservedGeneration()).isEqualTo(4);
              assertThat(condition.getLastTransitionTime()).isEqualTo("2026-01-02T03:04:05Z");
            });
  }

  @Test
  void shouldSayEverySentenceOfARefusedRoute() {
    Findings found = found();
    found.refusals =
        List.of(new Refusal(Reason.InvalidSpec, "one"), new Refusal(Reason.InvalidSpec, "two"));

    LogRouteStatus status = status(found.build(), null);

    assertThat(summary(status))
        .containsExactly(
            "Accepted=False InvalidSpec", "ResolvedRefs=False NotAccepted",
            "Programmed=False NotAccepted", "Ready=False InvalidSpec");
    assertThat(message(status, "Ready")).isEqualTo("one; two");
  }

  @Test
  void shouldSayWhichRoutesTakeOverEverythingOrAPart() {
    Findings found = found();
    found.overridden = 3;
    found.overriding = List.of("LogRoute team-a/web", "ClusterLogRoute quiet");
    assertThat(summary(status(found.build(), null)))
        .contains("Programmed=True Overridden", "Ready=True Overridden");
    assertThat(message(status(found.build(), null), "Ready"))
        .isEqualTo(
            "every container that the route selects is left to ClusterLogRoute quiet, LogRoute"
                + " team-a/web");

    found.overridden = 2;
    assertThat(summary(status(found.build(), null))).contains("Ready=True Ready");
    assertThat(message(status(found.build(), null), "Ready"))
        .isEqualTo(
            "lines are routed, but for containers that are left to ClusterLogRoute quiet, LogRoute"
                + " team-a/web");
  }

  @Test
  void shouldSayWhichEndpointIsMissing() {
    Findings found = found();
    found.unresolved = new Refusal(Reason.EndpointNotFound, "there is no LogEndpoint 'x'");

    LogRouteStatus status = status(found.build(), null);

    assertThat(summary(status))
        .containsExactly(
            "Accepted=True Accepted", "ResolvedRefs=False EndpointNotFound",
            "Programmed=False NotResolved", "Ready=False EndpointNotFound");
  }

  @Test
  void shouldNameTheNodesThatAreBehind() {
    Findings found = found();
    found.pending = List.of("node-2");

    LogRouteStatus status = status(found.build(), null);

    assertThat(message(status, "Programmed"))
        .isEqualTo("1 of 2 nodes not yet at this generation: node-2");
    assertThat(status.nodes()).isEqualTo(new LogRouteStatus.Nodes(2, 1));
  }

  @Test
  void shouldSayThatNoLogAgentIsThere() {
    Findings found = found();
    found.pending = List.of("node-1", "node-2");
    found.uncovered = List.of("node-1");

    assertThat(message(status(found.build(), null), "Ready"))
        .isEqualTo("no LogAgent covers 1 of 2 nodes, ask the platform team for one: node-1");
  }

  @Test
  void shouldSayThatNoPodMatches() {
    Findings found = found();
    found.pods = 0;
    found.nodes = List.of();

    assertThat(summary(status(found.build(), null)))
        .contains("Programmed=True NoMatchingPods", "Ready=True NoMatchingPods");
  }

  @Test
  void shouldNotBeReadyWhenANodeReportsTrouble() {
    Findings found = found();
    found.nodeProblems = List.of(new Problem("node-1", "2026-01-01T00:00:00Z", "not reachable"));
    found.podProblems = List.of("pod p: label x gives no tenantId");

    LogRouteStatus status = status(found.build(), null);

    assertThat(summary(status)).contains("Ready=False NodeTrouble");
    assertThat(message(status, "Ready")).isEqualTo("node node-1 reports: not reachable");
    assertThat(status.problems())
        .extracting(Problem::message)
        .containsExactly("not reachable", "pod p: label x gives no tenantId");
  }

  @Test
  void shouldKeepTheTimeOfAConditionUntilItsStatusChanges() {
    LogRouteStatus before = status(found().build(), null);
    Findings found = found();
    found.pending = List.of("node-2");
    Instant later = NOW.plusSeconds(60);

    LogRouteStatus after = RouteStatuses.of(found.build(), before, later);

    assertThat(condition(after, "Accepted").getLastTransitionTime())
        .isEqualTo("2026-01-02T03:04:05Z");
    assertThat(condition(after, "Ready").getLastTransitionTime()).isEqualTo("2026-01-02T03:05:05Z");
    assertThat(RouteStatuses.of(found.build(), after, later.plusSeconds(9))).isEqualTo(after);
  }

  private static LogRouteStatus status(RouteFindings found, @Nullable LogRouteStatus before) {
    return RouteStatuses.of(found, before, NOW);
  }

  private static List<String> summary(LogRouteStatus status) {
    return Objects.requireNonNull(status.conditions()).stream()
        .map(c -> c.getType() + "=" + c.getStatus() + " " + c.getReason())
        .toList();
  }

  private static String message(LogRouteStatus status, String type) {
    return condition(status, type).getMessage();
  }

  private static Condition condition(LogRouteStatus status, String type) {
    return Objects.requireNonNull(status.conditions()).stream()
        .filter(c -> c.getType().equals(type))
        .findFirst()
        .orElseThrow();
  }

  private static Findings found() {
    return new Findings();
  }

  /** Findings of a route that is well, to be changed by a test. */
  private static final class Findings {
    private List<Refusal> refusals = List.of();
    private @Nullable Refusal unresolved;
    private int pods = 3;
    private int overridden;
    private List<String> overriding = List.of();
    private List<String> nodes = List.of("node-1", "node-2");
    private List<String> pending = List.of();
    private List<String> uncovered = List.of();
    private List<String> oversized = List.of();
    private List<Problem> nodeProblems = List.of();
    private List<String> podProblems = List.of();

    private RouteFindings build() {
      return new RouteFindings(
          4,
          refusals,
          unresolved,
          pods,
          overridden,
          new TreeSet<>(overriding),
          new TreeSet<>(nodes),
          new TreeSet<>(pending),
          new TreeSet<>(uncovered),
          new TreeSet<>(oversized),
          nodeProblems,
          new TreeSet<>(podProblems),
          "t1",
          "label service",
          "central");
    }
  }
}
