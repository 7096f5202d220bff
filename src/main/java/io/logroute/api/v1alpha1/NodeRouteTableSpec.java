// SPDX-License-Identifier: Apache-2.0
package io.logroute.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one node's agent has to do: the document of {@code io.logroute.table}, as a resource. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record NodeRouteTableSpec(
    @JsonPropertyDescription("Uid of the namespace kube-system.") @Nullable String cluster,
    @JsonPropertyDescription("Where lines go; names are unique.") List<Endpoint> endpoints,
    @JsonPropertyDescription("What is done with lines; names are unique.") List<Route> routes,
    @JsonPropertyDescription(
            "Which containers take which routes, tried in order, the first that fits decides.")
        List<Pod> pods) {

  /** Where lines go. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Endpoint(
      @Required @JsonPropertyDescription("Unique in the table.") String name,
      @Required @JsonPropertyDescription("tcp://host:port; the agent keeps to one.")
          List<String> addresses,
      @JsonPropertyDescription("AtMostOnce or AtLeastOnce.") @Nullable Delivery delivery,
      @JsonPropertyDescription("PUB or PUSH, with AtMostOnce only.") @Nullable SocketType socket,
      @JsonPropertyDescription("The frames of a line.") @Nullable String format,
      @JsonPropertyDescription("The name of its keys among the mounted ones; absent: no CURVE.")
          @Nullable String curve,
      @JsonPropertyDescription("Bytes a second; 0 or absent: no limit.")
          @Nullable Long bytesPerSecond) {}

  /** What is done with the lines of a container that takes this route. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Route(
      @Required @JsonPropertyDescription("namespace/name, or the bare name of a ClusterLogRoute.")
          String name,
      @JsonPropertyDescription("Of the route's object.") @Nullable Long generation,
      @JsonPropertyDescription("A registered log driver.") @Nullable String driver,
      @JsonPropertyDescription("Available or None.") @Nullable Backfill backfill,
      @JsonPropertyDescription(
              "With backfill None: lines with an earlier time stamp are not selected.")
          @Nullable String since,
      @JsonPropertyDescription("One of the endpoints; absent for a driver that takes none.")
          @Nullable String endpoint,
      @JsonPropertyDescription("Which outputs; absent: both.")
          @Nullable List<OutputStreamName> streams,
      @JsonPropertyDescription("Of a longer line the first bytes are sent.")
          @Nullable Long maxLineBytes,
      @JsonPropertyDescription("Absent: no limit.") @Nullable RateLimit rateLimit,
      @JsonPropertyDescription("Log options.") @Nullable Map<String, String> options) {}

  /** The decision for a pod. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Pod(
      @Required @JsonPropertyDescription("The pod's namespace.") String namespace,
      @Required @JsonPropertyDescription("The pod's name.") String name,
      @JsonPropertyDescription(
              "The id in the folder's name: the uid, or the config hash of a static pod.")
          @Nullable String uid,
      @JsonPropertyDescription("Empty: decided, not routed.") List<Container> containers) {}

  /** The routes of a container. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Container(
      @Required @JsonPropertyDescription("The container's name.") String name,
      @JsonPropertyDescription("For {{.ImageName}}; absent unless a tag asks for it.")
          @Nullable String image,
      @JsonPropertyDescription("The routes it takes, with the ids that its lines carry.")
          List<Assignment> routes) {}

  /** One route of a container. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Assignment(
      @Required @JsonPropertyDescription("One of the table's routes.") String route,
      @Required @JsonPropertyDescription("The first frame.") String tenantId,
      @Required @JsonPropertyDescription("The second frame.") String serviceId) {}
}
