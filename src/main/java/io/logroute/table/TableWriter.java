// SPDX-License-Identifier: Apache-2.0
package io.logroute.table;

import com.fasterxml.jackson.core.JsonGenerator;
import io.logroute.table.NodeRouteTable.Assignment;
import io.logroute.table.NodeRouteTable.Backfill;
import io.logroute.table.NodeRouteTable.Container;
import io.logroute.table.NodeRouteTable.Endpoint;
import io.logroute.table.NodeRouteTable.Pod;
import io.logroute.table.NodeRouteTable.RateLimit;
import io.logroute.table.NodeRouteTable.Route;
import io.logroute.table.NodeRouteTable.Stream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** From a table to a document: fields in one order, lists as given, options sorted. */
final class TableWriter {

  private TableWriter() {}

  static void table(JsonGenerator out, NodeRouteTable table) throws IOException {
    out.writeStartObject();
    out.writeStringField("apiVersion", NodeRouteTable.API_VERSION);
    out.writeStringField("kind", NodeRouteTable.KIND);
    out.writeObjectFieldStart("metadata");
    out.writeStringField("name", table.node());
    if (table.generation() != 0) {
      out.writeNumberField("generation", table.generation());
    }
    out.writeEndObject();
    out.writeFieldName("spec");
    spec(out, table, TableWriter::route);
    out.writeEndObject();
  }

  /** The spec alone; what a route has as the reader takes it when it is absent is left out. */
  static void leanSpec(JsonGenerator out, NodeRouteTable table) throws IOException {
    spec(out, table, TableWriter::leanRoute);
  }

  private static void spec(JsonGenerator out, NodeRouteTable table, Writing<Route> route)
      throws IOException {
    out.writeStartObject();
    textIfPresent(out, "cluster", table.cluster());
    list(out, "endpoints", table.endpoints(), TableWriter::endpoint);
    list(out, "routes", table.routes(), route);
    list(out, "pods", table.pods(), TableWriter::pod);
    out.writeEndObject();
  }

  static void statusPatch(JsonGenerator out, TableStatus status) throws IOException {
    out.writeStartObject();
    out.writeObjectFieldStart("status");
    out.writeFieldName("observedGeneration");
    if (status.observedGeneration() == null) {
      out.writeNull();
    } else {
      out.writeNumber(status.observedGeneration());
    }
    out.writeStringField("problem", status.problem());
    list(out, "routes", status.routes(), TableWriter::report);
    out.writeEndObject();
    out.writeEndObject();
  }

  private static void report(JsonGenerator out, TableStatus.RouteReport report) throws IOException {
    out.writeStringField("route", report.route());
    list(out, "problems", report.problems(), TableWriter::problem);
  }

  private static void problem(JsonGenerator out, TableStatus.Problem problem) throws IOException {
    textIfPresent(out, "since", problem.since());
    out.writeStringField("message", problem.message());
  }

  private static void endpoint(JsonGenerator out, Endpoint endpoint) throws IOException {
    out.writeStringField("name", endpoint.name());
    texts(out, "addresses", endpoint.addresses());
    out.writeStringField("delivery", endpoint.delivery().name());
    out.writeStringField("socket", endpoint.socket().name());
    out.writeStringField("format", endpoint.format());
    textIfPresent(out, "curve", endpoint.curve());
    if (endpoint.bytesPerSecond() != 0) {
      out.writeNumberField("bytesPerSecond", endpoint.bytesPerSecond());
    }
  }

  private static void route(JsonGenerator out, Route route) throws IOException {
    route(out, route, true);
  }

  private static void leanRoute(JsonGenerator out, Route route) throws IOException {
    route(out, route, false);
  }

  private static void route(JsonGenerator out, Route route, boolean defaults) throws IOException {
    out.writeStringField("name", route.name());
    if (route.generation() != 0) {
      out.writeNumberField("generation", route.generation());
    }
    if (defaults || !route.driver().equals(NodeRouteTable.DEFAULT_DRIVER)) {
      out.writeStringField("driver", route.driver());
    }
    if (defaults || route.backfill() != Backfill.Available) {
      out.writeStringField("backfill", route.backfill().name());
    }
    textIfPresent(out, "since", route.since());
    textIfPresent(out, "endpoint", route.endpoint());
    if (defaults || !route.streams().equals(Stream.BOTH)) {
      texts(out, "streams", route.streams().stream().sorted().map(Stream::name).toList());
    }
    if (defaults || route.maxLineBytes() != NodeRouteTable.DEFAULT_MAX_LINE_BYTES) {
      out.writeNumberField("maxLineBytes", route.maxLineBytes());
    }
    RateLimit limit = route.rateLimit();
    if (limit != null) {
      out.writeObjectFieldStart("rateLimit");
      out.writeNumberField("linesPerSecond", limit.linesPerSecond());
      out.writeNumberField("burst", limit.burst());
      out.writeEndObject();
    }
    options(out, route.options());
  }

  private static void options(JsonGenerator out, Map<String, String> options) throws IOException {
    if (options.isEmpty()) {
      return;
    }
    out.writeObjectFieldStart("options");
    for (Map.Entry<String, String> option : new TreeMap<>(options).entrySet()) {
      out.writeStringField(option.getKey(), option.getValue());
    }
    out.writeEndObject();
  }

  private static void pod(JsonGenerator out, Pod pod) throws IOException {
    out.writeStringField("namespace", pod.namespace());
    out.writeStringField("name", pod.name());
    textIfPresent(out, "uid", pod.uid());
    list(out, "containers", pod.containers(), TableWriter::container);
  }

  private static void container(JsonGenerator out, Container container) throws IOException {
    out.writeStringField("name", container.name());
    textIfPresent(out, "image", container.image());
    list(out, "routes", container.routes(), TableWriter::assignment);
  }

  private static void assignment(JsonGenerator out, Assignment assignment) throws IOException {
    out.writeStringField("route", assignment.route());
    out.writeStringField("tenantId", assignment.tenantId());
    out.writeStringField("serviceId", assignment.serviceId());
  }

  @FunctionalInterface
  private interface Writing<T> {
    void fields(JsonGenerator out, T item) throws IOException;
  }

  private static <T> void list(JsonGenerator out, String name, List<T> items, Writing<T> writing)
      throws IOException {
    out.writeArrayFieldStart(name);
    for (T item : items) {
      out.writeStartObject();
      writing.fields(out, item);
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  private static void texts(JsonGenerator out, String name, List<String> texts) throws IOException {
    out.writeArrayFieldStart(name);
    for (String text : texts) {
      out.writeString(text);
    }
    out.writeEndArray();
  }

  private static void textIfPresent(JsonGenerator out, String name, @Nullable Object text)
      throws IOException {
    if (text != null) {
      out.writeStringField(name, text.toString());
    }
  }
}
