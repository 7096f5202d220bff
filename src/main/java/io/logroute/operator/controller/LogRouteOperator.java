// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.Cloner;
import io.javaoperatorsdk.operator.api.config.ControllerConfigurationOverrider;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import io.logroute.api.v1alpha1.LogAgent;
import io.logroute.api.v1alpha1.LogAgentSpec;
import io.logroute.operator.compile.PodEntries;
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

  /** A ClusterLogRoute may have every pod, each of which is looked at. */
  private static final Duration WIDE_STATUS_PERIOD = Duration.ofSeconds(1);

  /**
   * Nearly all the time one waits for the API server: with few of them, a slow answer to statuses
   * would hold up tables.
   */
  private static final int RECONCILER_THREADS = 48;

  private static final Duration STOP_GRACE = Duration.ofSeconds(5);

  /** No reconciler changes what it is given: a copy of each by way of JSON would be for nothing. */
  private static final Cloner UNCHANGED =
      new Cloner() {
        @Override
        public <R extends HasMetadata> R clone(R object) {
          return object;
        }
      };

  private final KubernetesClient client;
  private final OperatorSettings settings;
  private final ClusterCache cache;
  private final Tables tables;
  private final ChangeRouter changes;
  private final RouteReports reports;
  private final SlowLane slowLane;
  private final TableDelays tableDelays = new TableDelays(System::nanoTime);
  private final ReconciliationCounts reconciliations = new ReconciliationCounts();
  private final Operator operator;
  private final OutageReport outages;
  private final ClockSteps clockSteps;
  private final @Nullable Leadership leadership;

  public LogRouteOperator(KubernetesClient client, OperatorSettings settings) {
    this.client = client;
    this.settings = settings;
    InstantSource clock = InstantSource.system();
    SteadyClock steadyClock = new SteadyClock();
    cache = new ClusterCache(client);
    tables = new Tables(client, cache, tableDelays);
    outages = new OutageReport(cache::isWatching);
    DepartedPods departed = new DepartedPods(steadyClock);
    PodEntries entries = new PodEntries();
    Wakers wakers = new Wakers();
    slowLane = new SlowLane(wakers::wakeNode, System::nanoTime);
    Verdicts verdicts =
        new Verdicts(
            new RouteJudge(
                new RouteRules(LogOptionValidators.builtIn()), settings.inlineAddressesAllowed()),
            cache);
    Transitions transitions = new Transitions(client, instance(settings), clock);
    reports =
        new RouteReports(
            new RouteInspector(cache, verdicts, tables), transitions, clock, steadyClock);
    changes =
        new ChangeRouter(
            cache, verdicts, departed, tables, wakers, slowLane, reports, tableDelays, entries);
    clockSteps = new ClockSteps(clock, steadyClock, changes::everything);
    leadership =
        settings.leader() == null
            ? null
            : new Leadership(client, settings.leader(), this::beginWork, steadyClock);
    operator = operator(client, leadership, reconciliations);
    operator.register(
        new NodeReconciler(
            cache, verdicts, departed, tables, wakers, slowLane, tableDelays, entries),
        o ->
            common(o, TABLE_PERIOD)
                .withItemStore(new ReducingItemStore<>(Reductions::node))
                .withOnUpdateFilter(LogRouteOperator::placementChanged));
    operator.register(new LogRouteReconciler(reports, wakers), o -> common(o, STATUS_PERIOD));
    operator.register(
        new ClusterLogRouteReconciler(reports, wakers), o -> common(o, WIDE_STATUS_PERIOD));
    operator.register(
        new EndpointReconciler(wakers, transitions, clock), o -> common(o, STATUS_PERIOD));
    operator.register(
        new AgentReconciler(cache, tables, wakers, settings.agents(), transitions, clock),
        o -> common(o, STATUS_PERIOD));
  }

  private static String instance(OperatorSettings settings) {
    return settings.leader() == null ? "logroute-operator" : settings.leader().identity();
  }

  private static Operator operator(
      KubernetesClient client,
      @Nullable Leadership leadership,
      ReconciliationCounts reconciliations) {
    return new Operator(
        o -> {
          o.withKubernetesClient(client)
              .withCloseClientOnStop(false)
              .withConcurrentReconciliationThreads(RECONCILER_THREADS)
              .withReconciliationTerminationTimeout(STOP_GRACE)
              .withResourceCloner(UNCHANGED)
              .withMetrics(reconciliations)
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
    if (leadership != null) {
      leadership.start();
    }
    outages.start();
    clockSteps.start();
    LOG.info("the operator runs");
  }

  private void beginWork() {
    reports.begin();
    tableDelays.begin();
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

  /** Nodes whose newest table is too large to be written. */
  int tablesTooLarge() {
    return tables.tooLarge().size();
  }

  /** Nodes that wait for their turn. */
  int nodesWaiting() {
    return slowLane.waiting();
  }

  TableDelays tableDelays() {
    return tableDelays;
  }

  ReconciliationCounts reconciliations() {
    return reconciliations;
  }

  @Override
  public void close() {
    outages.close();
    clockSteps.close();
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
