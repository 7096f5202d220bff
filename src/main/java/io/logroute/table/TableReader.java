// SPDX-License-Identifier: Apache-2.0
package io.logroute.table;

import io.logroute.table.NodeRouteTable.Assignment;
import io.logroute.table.NodeRouteTable.Backfill;
import io.logroute.table.NodeRouteTable.Container;
import io.logroute.table.NodeRouteTable.Delivery;
import io.logroute.table.NodeRouteTable.Endpoint;
import io.logroute.table.NodeRouteTable.Pod;
import io.logroute.table.NodeRouteTable.RateLimit;
import io.logroute.table.NodeRouteTable.Route;
import io.logroute.table.NodeRouteTable.Socket;
import io.logroute.table.NodeRouteTable.Stream;
import io.logroute.table.tree.Shown;
import io.logroute.table.tree.Tree;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * From a document to a table. What is checked is that the table is whole and well-formed; what its
 * options, addresses and ids may say is checked by those who own them.
 */
final class TableReader {

  private static final String THREE_FRAME = "three-frame";
  private static final Set<String> FORMATS = Set.of(THREE_FRAME, "rainbond-frame");
  private static final String DEFAULT_ID = "default";
  private static final int MAX_ADDRESSES = 16;
  private static final Pattern ADDRESS = Pattern.compile("tcp://[^\\s/]+:[0-9]{1,5}");

  private static final Set<String> TOP = Set.of("apiVersion", "kind", "metadata", "spec", "status");
  private static final Set<String> SPEC = Set.of("cluster", "endpoints", "routes", "pods");
  private static final Set<String> ENDPOINT =
      Set.of("name", "addresses", "delivery", "socket", "format", "curve", "bytesPerSecond");
  private static final Set<String> ROUTE =
      Set.of(
          "name",
          "generation",
          "driver",
          "backfill",
          "since",
          "endpoint",
          "streams",
          "maxLineBytes",
          "rateLimit",
          "options");
  private static final Set<String> RATE_LIMIT = Set.of("linesPerSecond", "burst");
  private static final Set<String> POD = Set.of("namespace", "name", "uid", "containers");
  private static final Set<String> CONTAINER = Set.of("name", "image", "routes");
  private static final Set<String> ASSIGNMENT = Set.of("route", "tenantId", "serviceId");

  private TableReader() {}

  /**
   * Reads one.
   *
   * @param strict whether an unknown name is a mistake
   * @throws UnusableTableException when the document is no usable table
   */
  static NodeRouteTable read(Tree document, boolean strict) {
    Field root = new Field("", document, strict);
    if (!(document instanceof Tree.Mapping)) {
      throw root.wrong("a NodeRouteTable is a mapping, this is " + document.kindOfValue());
    }
    refuseOtherKind(root.anyFields());
    Fields top = root.fields(TOP);
    Fields metadata = top.required("metadata").anyFields();
    Fields spec = top.required("spec").fields(SPEC);

    List<Endpoint> endpoints = spec.items("endpoints").stream().map(TableReader::endpoint).toList();
    refuseDuplicates(spec.items("endpoints"));
    Set<String> endpointNames =
        endpoints.stream().map(Endpoint::name).collect(Collectors.toUnmodifiableSet());
    List<Route> routes =
        spec.items("routes").stream().map(field -> route(field, endpointNames)).toList();
    refuseDuplicates(spec.items("routes"));
    Set<String> routeNames =
        routes.stream().map(Route::name).collect(Collectors.toUnmodifiableSet());
    return new NodeRouteTable(
        metadata.required("name").text(),
        metadata.optional("generation").map(field -> field.number(0)).orElse(0L),
        spec.optional("cluster").map(Field::text).orElse(null),
        endpoints,
        routes,
        spec.items("pods").stream().map(field -> pod(field, routeNames)).toList());
  }

  private static void refuseOtherKind(Fields top) {
    require(top.required("kind"), NodeRouteTable.KIND);
    require(top.required("apiVersion"), NodeRouteTable.API_VERSION);
  }

  private static void require(Field field, String expected) {
    String text = field.text();
    if (!text.equals(expected)) {
      throw field.wrong("must be " + expected + ", not " + Shown.quoted(text));
    }
  }

  private static void refuseDuplicates(List<Field> named) {
    Set<String> seen = new HashSet<>();
    for (Field field : named) {
      Field name = field.anyFields().required("name");
      if (!seen.add(name.text())) {
        throw name.wrong(Shown.quoted(name.text()) + " stands in the list a second time");
      }
    }
  }

  private static Endpoint endpoint(Field field) {
    Fields fields = field.fields(ENDPOINT);
    String name = fields.required("name").text();
    return new Endpoint(
        name,
        addresses(fields.required("addresses")),
        oneOf(fields, "delivery", Delivery.class, Delivery.AtMostOnce),
        oneOf(fields, "socket", Socket.class, Socket.PUB),
        fields.optional("format").map(TableReader::format).orElse(THREE_FRAME),
        fields.optional("curve").map(Field::text).orElse(null),
        fields.optional("bytesPerSecond").map(bytes -> bytes.number(0)).orElse(0L));
  }

  private static List<String> addresses(Field field) {
    List<Field> items = field.items();
    if (items.isEmpty() || items.size() > MAX_ADDRESSES) {
      throw field.wrong("takes 1 to " + MAX_ADDRESSES + " addresses, not " + items.size());
    }
    return items.stream().map(TableReader::address).toList();
  }

  private static String address(Field field) {
    String text = field.text();
    if (!ADDRESS.matcher(text).matches()) {
      throw field.wrong(Shown.quoted(text) + " is not an address: write tcp://host:port");
    }
    return text;
  }

  private static String format(Field field) {
    String text = field.text();
    if (!FORMATS.contains(text)) {
      throw field.wrong(
          "format " + Shown.quoted(text) + " is not known: use three-frame or rainbond-frame");
    }
    return text;
  }

  private static Route route(Field field, Set<String> endpoints) {
    Fields fields = field.fields(ROUTE);
    String name = fields.required("name").text();
    return new Route(
        name,
        fields.optional("generation").map(value -> value.number(0)).orElse(0L),
        fields.optional("driver").map(Field::text).orElse(NodeRouteTable.DEFAULT_DRIVER),
        oneOf(fields, "backfill", Backfill.class, Backfill.Available),
        fields.optional("since").map(Field::instant).orElse(null),
        fields.optional("endpoint").map(value -> known(value, endpoints, "endpoint")).orElse(null),
        streams(fields.items("streams")),
        fields
            .optional("maxLineBytes")
            .map(value -> value.number(1))
            .orElse(NodeRouteTable.DEFAULT_MAX_LINE_BYTES),
        fields.optional("rateLimit").map(TableReader::rateLimit).orElse(null),
        fields.optional("options").map(TableReader::options).orElse(Map.of()));
  }

  private static String known(Field field, Set<String> names, String what) {
    String text = field.text();
    if (!names.contains(text)) {
      throw field.wrong("the table has no " + what + " " + Shown.quoted(text));
    }
    return text;
  }

  /** None means both, as when the field is absent. */
  private static Set<Stream> streams(List<Field> items) {
    Set<Stream> streams = EnumSet.noneOf(Stream.class);
    items.forEach(item -> streams.add(item.oneOf(Stream.class)));
    return streams.isEmpty() ? Stream.BOTH : streams;
  }

  private static RateLimit rateLimit(Field field) {
    Fields fields = field.fields(RATE_LIMIT);
    long linesPerSecond = fields.required("linesPerSecond").number(1);
    return new RateLimit(
        linesPerSecond,
        fields.optional("burst").map(burst -> burst.number(1)).orElse(linesPerSecond));
  }

  private static Map<String, String> options(Field field) {
    Fields fields = field.anyFields();
    Map<String, String> options = new LinkedHashMap<>();
    fields.names().forEach(name -> options.put(name, fields.valueOf(name).anyText()));
    return options;
  }

  private static Pod pod(Field field, Set<String> routes) {
    Fields fields = field.fields(POD);
    return new Pod(
        fields.required("namespace").text(),
        fields.required("name").text(),
        fields.optional("uid").map(Field::text).orElse(null),
        fields.items("containers").stream().map(item -> container(item, routes)).toList());
  }

  private static Container container(Field field, Set<String> routes) {
    Fields fields = field.fields(CONTAINER);
    return new Container(
        fields.required("name").text(),
        fields.optional("image").map(Field::text).orElse(null),
        fields.items("routes").stream().map(item -> assignment(item, routes)).toList());
  }

  private static Assignment assignment(Field field, Set<String> routes) {
    Fields fields = field.fields(ASSIGNMENT);
    Function<String, String> id = name -> fields.optional(name).map(Field::text).orElse(DEFAULT_ID);
    return new Assignment(
        known(fields.required("route"), routes, "route"),
        id.apply("tenantId"),
        id.apply("serviceId"));
  }

  private static <E extends Enum<E>> E oneOf(
      Fields fields, String name, Class<E> values, E absent) {
    return fields.optional(name).map(field -> field.oneOf(values)).orElse(absent);
  }
}
