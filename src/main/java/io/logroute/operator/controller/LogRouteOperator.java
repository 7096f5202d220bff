// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.ControllerConfigurationOverrider;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import io.logroute.api.v1alpha1.LogAgent;
import io.logroute.api.v1alpha1.LogAgentSpec;
import io.logroute.operator.compile.RouteJudge;
import io.logroute.operator.compile.RouteRules;
import io.logroute.options.LogOptionValidators;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control plane, put together: the cache, the controllers, and what wakes them.
 *
 * <p>Started once and closed once. The client remains the caller's.
 */
public final class LogRouteOperator implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LogRouteOperator.class);

  /** A table is compiled at most so often: a burst of pods becomes one write. */
  private static final Duration TABLE_PERIOD = Duration.ofMillis(150);

  private static final Duration STATUS_PERIOD = Duration.ofMillis(300);
  private static final int RECONCILER_THREADS = 6;
  private static final Duration STOP_GRACE = Duration.ofSeconds(5);

  private final KubernetesClient client;
  private final OperatorSettings settings;
  private final ClusterCache cache;
  private final Tables tables;
  private final ChangeRouter changes;
  private final RouteReports reports;
  private final SlowLane slowLane;
  private final Operator operator;
  private final OutageReport outages;
  private final @Nullable Leadership leadership;

  public LogRouteOperator(KubernetesClient client, OperatorSettings settings) {
    this.client = client;
    this.settings = settings;
    InstantSource clock = InstantSource.system();
    cache = new ClusterCache(client);
    tables = new Tables(client, cache);
    outages = new OutageReport(cache::isWatching);
    DepartedPods departed = new DepartedPods(clock);
    Wakers wakers = new Wakers();
    slowLane = new SlowLane(wakers::wakeNode);
    changes = new ChangeRouter(cache, departed, tables, wakers, slowLane);
    Verdicts verdicts =
        new Verdicts(
            new RouteJudge(
                new RouteRules(LogOptionValidators.builtIn()), settings.inlineAddressesAllowed()),
            cache);
    leadership =
        settings.leader() == null
            ? null
            : new Leadership(client, settings.leader(), this::beginWork);
    operator = operator(client, leadership);
    operator.register(
        new NodeReconciler(cache, verdicts, departed, tables, wakers),
        o ->
            common(o, TABLE_PERIOD)
                .withItemStore(new ReducingItemStore<>(Reductions::node))
                .withOnUpdateFilter(LogRouteOperator::placementChanged));
    Transitions transitions = new Transitions(client, instance(settings), clock);
    reports = new RouteReports(new RouteInspector(cache, verdicts, tables), transitions, clock);
    operator.register(new LogRouteReconciler(reports, wakers), o -> common(o, STATUS_PERIOD));
    operator.register(
        new ClusterLogRouteReconciler(reports, wakers), o -> common(o, STATUS_PERIOD));
    operator.register(new EndpointReconciler(transitions, clock), o -> common(o, STATUS_PERIOD));
    operator.register(
        new AgentReconciler(cache, tables, wakers, settings.agents(), transitions, clock),
        o -> common(o, STATUS_PERIOD));
  }

  private static String instance(OperatorSettings settings) {
    return settings.leader() == null ? "logroute-operator" : settings.leader().identity();
  }

  private static Operator operator(KubernetesClient client, @Nullable Leadership leadership) {
    return new Operator(
        o -> {
          o.withKubernetesClient(client)
              .withCloseClientOnStop(false)
              .withConcurrentReconciliationThreads(RECONCILER_THREADS)
              .withReconciliationTerminationTimeout(STOP_GRACE)
              .withPreviousAnnotationForDependentResources(false);
          if (leadership != null) {
            o.withLeaderElectionConfiguration(leadership.configuration());
          }
        });
  }

  private static <P extends HasMetadata> ControllerConfigurationOverrider<P> common(
      ControllerConfigurationOverrider<P> o, Duration period) {
    return o.withRateLimiter(new PerResourceRateLimiter(period))
        .withFieldManager(Tables.FIELD_MANAGER)
        .withRetry(
            new GenericRetry()
                .setInitialInterval(500)
                .setIntervalMultiplier(2)
                .setMaxInterval(30_000)
                .withoutMaxAttempts());
  }

  private static boolean placementChanged(Node now, Node before) {
    return !Objects.equals(now.getMetadata().getLabels(), before.getMetadata().getLabels())
        || !Objects.equals(now.getSpec(), before.getSpec());
  }

  /**
   * Reads the cluster, then works until it is closed, or stands by while another does.
   *
   * @throws IllegalStateException when the cluster cannot be read
   */
  public void start() {
    slowLane.start();
    cache.start(changes);
    if (leadership == null) {
      beginWork();
    }
    operator.start();
    outages.start();
    LOG.info("the operator runs");
  }

  private void beginWork() {
    reports.begin();
    if (!settings.createDefaultLogAgent() || !cache.agents().isEmpty()) {
      return;
    }
    LogAgent agent = new LogAgent();
    agent.setMetadata(new ObjectMetaBuilder().withName("default").build());
    agent.setSpec(LogAgentSpec.DEFAULT);
    client.resource(agent).fieldManager(Tables.FIELD_MANAGER).serverSideApply();
    LOG.info("LogAgent default: created, since there was none");
  }

  /** Whether it follows the cluster at the moment. */
  public boolean isReady() {
    return cache.isWatching() && operator.getRuntimeInfo().isStarted();
  }

  /** Whether it is the one that works. */
  public boolean isLeading() {
    return leadership == null || leadership.isLeading();
  }

  /** Done when another may work from now on: this one has to be closed. */
  public CompletableFuture<Void> leadershipLost() {
    return leadership == null ? new CompletableFuture<>() : leadership.lost();
  }

  /** Tables written since the start. */
  public long tableWrites() {
    return tables.writes();
  }

  @Override
  public void close() {
    outages.close();
    slowLane.close();
    if (leadership != null) {
      leadership.stopping();
    }
    operator.stop();
    if (leadership != null) {
      leadership.release();
    }
    cache.close();
  }
}
