// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.AgentMetrics.Sample;
import io.logroute.agent.cri.RecordTime;
import io.logroute.agent.tail.Generation;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/** The metrics that are looked up when somebody asks. */
final class AgentGauges {

  private final Conductor conductor;
  private final AgentPipelines pipelines;

  AgentGauges(Conductor conductor, AgentPipelines pipelines) {
    this.conductor = conductor;
    this.pipelines = pipelines;
  }

  void register(AgentMetrics metrics) {
    byEndpoint(
        metrics,
        "logroute_agent_lag_bytes",
        "Bytes of log files that the endpoint has not taken over yet.",
        pipeline -> pipeline.feeds().stream().mapToLong(Feed::lagBytes).sum());
    byEndpoint(
        metrics,
        "logroute_agent_oldest_unsent_seconds",
        "Age of the oldest line that was read and not taken over.",
        AgentGauges::oldestUnsentSeconds);
    byEndpoint(
        metrics,
        "logroute_agent_endpoint_connected",
        "Whether the endpoint takes lines.",
        pipeline -> pipeline.status().isConnected() ? 1 : 0);
    metrics.gauge(
        "logroute_agent_held_unlinked_bytes",
        "Bytes of deleted files that are held until they are taken over.",
        () -> generations(Generation::heldUnlinkedBytes));
    metrics.gauge(
        "logroute_agent_open_files",
        "Log files that are held open.",
        () -> generations(g -> g.isOpen() ? 1 : 0));
    metrics.gauge(
        "logroute_agent_open_files_max",
        "Log files that may be open at once; what is not open waits for its turn.",
        conductor::maxOpenFiles);
  }

  private void byEndpoint(
      AgentMetrics metrics, String name, String help, ToDoubleFunction<Pipeline> value) {
    metrics.gauge(
        name,
        help,
        List.of("endpoint"),
        () ->
            pipelines.all().stream()
                .map(pipeline -> new Sample(value.applyAsDouble(pipeline), pipeline.name()))
                .toList());
  }

  private static double oldestUnsentSeconds(Pipeline pipeline) {
    long oldest = pipeline.oldestEpochNanos();
    if (oldest == RecordTime.NONE) {
      return 0;
    }
    long nowMs = System.currentTimeMillis();
    return Math.max(0, (nowMs - TimeUnit.NANOSECONDS.toMillis(oldest)) / 1e3);
  }

  private double generations(ToDoubleFunction<Generation> value) {
    return conductor.containers().values().stream()
        .flatMap(state -> state.log.generations().stream())
        .mapToDouble(value)
        .sum();
  }
}
