// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.compile;

import io.logroute.api.v1alpha1.Backfill;
import io.logroute.api.v1alpha1.Delivery;
import io.logroute.api.v1alpha1.NodeRouteTableSpec;
import io.logroute.api.v1alpha1.OutputStreamName;
import io.logroute.api.v1alpha1.RateLimit;
import io.logroute.api.v1alpha1.SocketType;
import io.logroute.table.NodeRouteTable;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The table as the spec of its resource: the same content, in an order that never varies. */
public final class TableSpecs {

  private TableSpecs() {}

  /** The spec of a table. */
  public static NodeRouteTableSpec of(NodeRouteTable table) {
    return new NodeRouteTableSpec(
        table.cluster(),
        table.endpoints().stream().map(TableSpecs::endpoint).toList(),
        table.routes().stream().map(TableSpecs::route).toList(),
        table.pods().stream().map(TableSpecs::pod).toList());
  }

  private static NodeRouteTableSpec.Endpoint endpoint(NodeRouteTable.Endpoint e) {
    return new NodeRouteTableSpec.Endpoint(
        e.name(),
        e.addresses(),
        Delivery.valueOf(e.delivery().name()),
        SocketType.valueOf(e.socket().name()),
        e.format(),
        e.curve(),
        e.bytesPerSecond() == 0 ? null : e.bytesPerSecond());
  }

  private static NodeRouteTableSpec.Route route(NodeRouteTable.Route r) {
    return new NodeRouteTableSpec.Route(
        r.name(),
        r.generation(),
        r.driver(),
        Backfill.valueOf(r.backfill().name()),
        r.since() == null ? null : r.since().toString(),
        r.endpoint(),
        r.streams().stream().sorted().map(s -> OutputStreamName.valueOf(s.name())).toList(),
        r.maxLineBytes(),
        rateLimit(r.rateLimit()),
        r.options().isEmpty() ? null : new TreeMap<>(r.options()));
  }

  private static @Nullable RateLimit rateLimit(NodeRouteTable.@Nullable RateLimit limit) {
    return limit == null ? null : new RateLimit(limit.linesPerSecond(), limit.burst());
  }

  private static NodeRouteTableSpec.Pod pod(NodeRouteTable.Pod p) {
    return new NodeRouteTableSpec.Pod(
        p.namespace(),
        p.name(),
        p.uid(),
        p.containers().stream().map(TableSpecs::container).toList());
  }

  private static NodeRouteTableSpec.Container container(NodeRouteTable.Container c) {
    return new NodeRouteTableSpec.Container(
        c.name(),
        c.image(),
        c.routes().stream()
            .map(a -> new NodeRouteTableSpec.Assignment(a.route(), a.tenantId(), a.serviceId()))
            .toList());
  }
}
