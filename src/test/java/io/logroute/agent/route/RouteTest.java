// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.logroute.table.NodeRouteTable;
import io.logroute.table.NodeRouteTable.RateLimit;
import io.logroute.table.TableCodec;
import io.logroute.table.TableReading;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Which lines go where, and how many. */
class RouteTest {

  private static final String TABLE =
      """
      apiVersion: logroute.io/v1alpha1
      kind: NodeRouteTable
      metadata: {name: node-1}
      spec:
        endpoints: [{name: central, addresses: ['tcp://127.0.0.1:5555']}]
        routes:
        - {name: a, driver: zmq, endpoint: central}
        - {name: b, driver: zmq, endpoint: central}
        - {name: broken, driver: zmq, endpoint: central}
        pods:
        - namespace: ns
          name: web
          uid: uid-1
          containers:
          - {name: 'side*', routes: []}
          - {name: '*', routes: [{route: a, tenantId: t, serviceId: s}]}
        - namespace: ns
          name: 'web*'
          containers: [{name: app, routes: [{route: b, tenantId: t, serviceId: s}]}]
        - namespace: bad
          name: '*'
          containers:
          - name: '*'
            routes:
            - {route: a, tenantId: t, serviceId: s}
            - {route: broken, tenantId: t, serviceId: s}
        - {namespace: none, name: '*', containers: []}
      """;

  private final RouteDecisions decisions = new RouteDecisions(table(), Set.of("broken"));

  private static NodeRouteTable table() {
    TableReading reading = TableCodec.readYaml(TABLE.getBytes(StandardCharsets.UTF_8));
    assertThat(reading).isInstanceOf(TableReading.Good.class);
    return ((TableReading.Good) reading).table();
  }

  private List<String> routes(String namespace, String pod, String uid, String container) {
    Decision decision = decisions.decide(namespace, pod, uid, container);
    assertThat(decision).isInstanceOf(Decision.Decided.class);
    return ((Decision.Decided) decision)
        .bindings().stream().map(binding -> binding.route().name()).toList();
  }

  @Test
  void shouldDecideByTheFirstEntryThatFits() {
    assertThat(routes("ns", "web", "uid-1", "app")).containsExactly("a");
    assertThat(routes("ns", "web", "uid-2", "app")).containsExactly("b");
    assertThat(routes("ns", "web-7", "uid-3", "app")).containsExactly("b");
  }

  @Test
  void shouldDecideForNobodyWhenAContainerIsNotNamed() {
    assertThat(routes("ns", "web", "uid-1", "sidecar")).isEmpty();
    assertThat(routes("ns", "web-7", "uid-3", "other")).isEmpty();
    assertThat(routes("none", "x", "uid-4", "app")).isEmpty();
  }

  @Test
  void shouldStayUndecidedWhenNoEntryFitsOrARouteCannotRun() {
    assertThat(decisions.decide("other", "web", "uid-9", "app"))
        .isInstanceOf(Decision.Undecided.class);
    assertThat(decisions.decide("NS", "web", "uid-9", "app"))
        .isInstanceOf(Decision.Undecided.class);
    assertThat(decisions.decide("bad", "web", "uid-9", "app"))
        .isInstanceOf(Decision.Undecided.class);
  }

  @Test
  void shouldLimitByTheLinesOwnTimes() {
    RateLimiter limiter = new RateLimiter(new RateLimit(10, 5));
    long now = TimeUnit.SECONDS.toNanos(1_000);
    assertThat(taken(limiter, now, 100)).isEqualTo(5);
    assertThat(taken(limiter, now + TimeUnit.MILLISECONDS.toNanos(200), 100)).isEqualTo(2);
    assertThat(taken(limiter, now - TimeUnit.SECONDS.toNanos(50), 100)).isZero();
    assertThat(taken(limiter, now + TimeUnit.SECONDS.toNanos(60), 100)).isEqualTo(5);
  }

  @Test
  void shouldLetAllThroughWhenThereIsNoLimit() {
    assertThat(new RateLimiter(null).isLimited()).isFalse();
  }

  private static int taken(RateLimiter limiter, long epochNanos, int lines) {
    int taken = 0;
    for (int i = 0; i < lines; i++) {
      if (limiter.allows(epochNanos)) {
        limiter.take();
        taken++;
      }
    }
    return taken;
  }
}
