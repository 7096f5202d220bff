// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.checkpoint.Positions;
import io.logroute.agent.checkpoint.PositionsFile;
import io.logroute.agent.discovery.ContainerFolder;
import io.logroute.agent.discovery.ContainerLinks;
import io.logroute.agent.discovery.FolderWatch;
import io.logroute.agent.driver.ContainerInstance;
import io.logroute.agent.driver.LogDrivers;
import io.logroute.agent.driver.Target;
import io.logroute.agent.route.Binding;
import io.logroute.agent.route.RouteDecisions;
import io.logroute.agent.source.TableListener;
import io.logroute.agent.source.TableSource;
import io.logroute.agent.tail.ContainerLog;
import io.logroute.agent.tail.Generation;
import io.logroute.options.EndpointFormat;
import io.logroute.options.LogOptionValidators;
import io.logroute.options.LogOptions;
import io.logroute.options.TagTemplate;
import io.logroute.options.TagValues;
import io.logroute.table.NodeRouteTable;
import io.logroute.table.NodeRouteTable.Route;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node agent, wired: a table source tells what to do, the conductor finds the files, pipelines
 * read and send, positions go to disk. {@link #start} and {@link #close} are called once each.
 */
public final class Agent implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Agent.class);

  private static final long LEAST_KEEP_MS = 3_000;

  private final AgentOptions options;
  private final TableSource source;
  private final @Nullable NodeRouteTable firstTable;
  private final LogOptionValidators validators = LogOptionValidators.builtIn();
  private final AgentMetrics metrics = new AgentMetrics();
  private final StateFolder stateFolder;
  private final FolderWatch watch;
  private final ContainerIds ids;
  private final AgentPipelines pipelines;
  private final Checkpointer checkpointer;
  private final Conductor conductor;
  private final StatusReports reports;
  private final AgentHttp http;
  private volatile String cluster = "";

  /**
   * Takes hold of the state folder and of the HTTP port; nothing is read or sent yet.
   *
   * @param table what to start with; null: what the source tells first
   * @throws AgentStartException when that cannot be done
   */
  public Agent(AgentOptions options, TableSource source, @Nullable NodeRouteTable table) {
    this.options = options;
    this.source = source;
    this.firstTable = table;
    this.stateFolder = StateFolder.lock(options.stateFolder());
    PositionsFile positionsFile = new PositionsFile(options.stateFolder());
    this.watch = openWatch();
    this.ids = new ContainerIds(new ContainerLinks(options.containersFolder()), AgentClock.SYSTEM);
    this.pipelines =
        new AgentPipelines(
            LogDrivers.builtIn(),
            options.node(),
            options.stateFolder(),
            options.curveFolder(),
            metrics,
            AgentClock.SYSTEM,
            Pipeline::start);
    this.checkpointer = new Checkpointer(positionsFile);
    this.conductor =
        new Conductor(
            options,
            watch,
            ids,
            pipelines,
            checkpointer,
            metrics,
            AgentClock.SYSTEM,
            this::targetOf,
            restore(positionsFile));
    this.reports = new StatusReports(pipelines, source);
    this.http = new AgentHttp(options.http(), metrics, conductor, pipelines);
    new AgentGauges(conductor, pipelines).register(metrics);
  }

  private static FolderWatch openWatch() {
    try {
      return new FolderWatch();
    } catch (IOException e) {
      throw new AgentStartException(
          "no folder can be watched (" + e.getMessage() + "): raise fs.inotify.max_user_instances");
    }
  }

  private static Positions restore(PositionsFile file) {
    try {
      return file.read();
    } catch (IOException e) {
      log.error("{}; reading everything from the beginning, so lines are repeated", e.getMessage());
      return Positions.NONE;
    }
  }

  /** Starts all threads. */
  public void start() {
    checkpointer.start();
    conductor.start();
    reports.start();
    http.start();
    if (firstTable != null) {
      takeUp(firstTable);
    }
    source.start(
        new TableListener() {
          @Override
          public void tableChanged(NodeRouteTable table) {
            takeUp(table);
          }

          @Override
          public void tableUnusable(String problem) {
            log.error("{}; the table in force stays", problem);
            reports.tableUnusable(problem);
          }
        });
    log.info(
        "agent on node {}: reads {}, keeps its state in {}, serves metrics on port {}",
        options.node(),
        options.podsFolder(),
        options.stateFolder(),
        http.port());
  }

  /** The port that metrics and health are served on. */
  public int httpPort() {
    return http.port();
  }

  private void takeUp(NodeRouteTable table) {
    cluster = Objects.requireNonNullElse(table.cluster(), "");
    Map<String, List<String>> problems = RouteProblems.of(table, validators, pipelines::knows);
    problems.forEach(
        (route, found) -> log.error("route {} cannot run: {}", route, String.join("; ", found)));
    conductor.setTable(
        new Conductor.TableInForce(
            new RouteDecisions(table, problems.keySet()),
            table.routes().stream().map(Route::name).toList()));
    reports.tableInForce(table, problems);
    metrics.tableInForce(table.generation());
    log.info(
        "table of generation {} in force: {} routes, {} endpoints, {} pod entries",
        table.generation(),
        table.routes().size(),
        table.endpoints().size(),
        table.pods().size());
  }

  private static boolean hasTag(Binding binding) {
    return binding.endpoint() == null
        || EndpointFormat.of(binding.endpoint().format()).stream().allMatch(EndpointFormat::hasTag);
  }

  private @Nullable Target targetOf(ContainerLog containerLog, int restart, Binding binding) {
    LogOptions logOptions = LogOptions.parse(binding.route().options());
    TagTemplate template = hasTag(binding) ? logOptions.tag() : null;
    template = Objects.requireNonNullElse(template, TagTemplate.DEFAULT);
    ContainerFolder folder = containerLog.folder();
    String id = "";
    if (template.usesId()) {
      List<Generation> all = containerLog.generations();
      boolean isNewest = all.isEmpty() || all.get(all.size() - 1).restart() <= restart;
      id = ids.idOf(folder, restart, isNewest && !containerLog.isGone());
      if (id == null) {
        return null;
      }
    }
    TagValues values =
        new TagValues(
            id,
            folder.namespace(),
            folder.pod(),
            folder.uid(),
            folder.container(),
            restart,
            binding.image(),
            options.node());
    return new Target(
        binding.route().name(),
        binding.tenantId(),
        binding.serviceId(),
        template.render(values),
        logOptions,
        new ContainerInstance(
            cluster,
            options.node(),
            folder.namespace(),
            folder.pod(),
            folder.uid(),
            folder.container(),
            restart));
  }

  /** A disk may take this long even when there is no grace for what is in flight. */
  private long keepMs() {
    return options.graceMs() + LEAST_KEEP_MS;
  }

  /**
   * Stops: nothing more is read, what is in flight may leave within the grace, what is unread of
   * deleted files is kept, positions are written.
   */
  @Override
  public void close() {
    try {
      source.close();
      conductor.stop();
      pipelines.stop(options.graceMs());
      conductor.keepDeleted(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(keepMs()));
      pipelines.awaitEnd(options.graceMs());
      conductor.checkpoint();
      checkpointer.close();
      reports.close();
      http.close();
      watch.close();
      stateFolder.close();
      log.info("agent stopped");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      log.warn("closing: {}", e.toString());
    }
  }
}
