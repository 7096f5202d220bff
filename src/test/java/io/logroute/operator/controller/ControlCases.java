// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The cases of {@code src/test/resources/control}: what each means is written there. */
final class ControlCases {

  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  private ControlCases() {}

  /**
   * A spec, and what is said about it.
   *
   * @param says sentences of operator and lint, in order
   * @param server part of what the API server says; absent: it takes the spec
   * @param schemaOnly whether nobody but the schema says it, and lint in its words
   */
  record Validation(
      String name,
      String kind,
      JsonNode spec,
      List<String> says,
      @Nullable String server,
      boolean schemaOnly) {

    String document(String name, String namespace) {
      ObjectNode object = object(kind, name, spec);
      if (kind.equals("LogRoute")) {
        object.withObject("metadata").put("namespace", namespace);
      }
      return object.toString();
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /**
   * Objects, and what becomes of the containers.
   *
   * @param name of the namespace and prefix of whatever is cluster-wide
   * @param objects as JSON, in the order in which they are applied
   * @param table {@code route tenant/service} by container, routes by their names in tables
   * @param ready part of the condition, by the route's name in tables
   * @param problems part of the problems, by the route's name in tables
   */
  record Routing(
      String name,
      String about,
      List<String> objects,
      Map<String, TreeSet<String>> table,
      Map<String, String> ready,
      Map<String, String> problems) {

    @Override
    public String toString() {
      return about;
    }
  }

  static List<Validation> validations() {
    List<Validation> cases = new ArrayList<>();
    for (JsonNode c : read("validation.yaml")) {
      List<String> says = new ArrayList<>();
      c.path("says").forEach(sentence -> says.add(sentence.asText()));
      String kind = c.path("kind").asText();
      JsonNode server = c.path("server");
      cases.add(
          new Validation(
              (cases.size() + 1) + " " + kind + " " + c.path("spec"),
              kind,
              c.path("spec"),
              says,
              server.isTextual()
                  ? server.asText()
                  : server.isBoolean() || says.isEmpty() ? null : says.getFirst(),
              server.isTextual()));
    }
    return cases;
  }

  /**
   * The cases of routing.
   *
   * @param prefix of all names, so that two runs do not meet
   */
  static List<Routing> routings(String prefix, String node) {
    List<Routing> cases = new ArrayList<>();
    for (JsonNode c : read("routing.yaml")) {
      cases.add(routing(c, prefix + "-" + (cases.size() + 1), node));
    }
    return cases;
  }

  private static Routing routing(JsonNode c, String name, String node) {
    List<String> objects = new ArrayList<>();
    ObjectNode namespace = object("Namespace", name, null);
    namespace.put("apiVersion", "v1");
    ObjectNode metadata = namespace.withObject("metadata");
    metadata.setAll((ObjectNode) orEmpty(c.path("namespace")));
    metadata.withObject("labels").put("case", name);
    objects.add(namespace.toString());
    c.path("endpoints")
        .properties()
        .forEach(
            e ->
                objects.add(
                    object("LogEndpoint", name + "-" + e.getKey(), e.getValue()).toString()));
    objects.add(pod(orEmpty(c.path("pod")), name, node).toString());
    Map<String, String> names = new TreeMap<>();
    c.path("routes")
        .properties()
        .forEach(
            route -> {
              ObjectNode object = object("LogRoute", route.getKey(), route.getValue());
              object.withObject("metadata").put("namespace", name);
              objects.add(object.toString());
              names.put(route.getKey(), name + "/" + route.getKey());
            });
    c.path("cluster")
        .properties()
        .forEach(
            route -> {
              String own = name + "-" + route.getKey();
              ObjectNode object = object("ClusterLogRoute", own, route.getValue());
              object
                  .withObject("spec")
                  .withObject("namespaceSelector")
                  .withObject("matchLabels")
                  .put("case", name);
              objects.add(object.toString());
              names.put(route.getKey(), own);
            });
    Map<String, TreeSet<String>> table = new TreeMap<>();
    c.path("table")
        .properties()
        .forEach(
            container -> {
              TreeSet<String> routes = new TreeSet<>();
              container.getValue().forEach(route -> routes.add(named(route.asText(), names)));
              table.put(container.getKey(), routes);
            });
    return new Routing(
        name,
        c.path("about").asText(),
        objects.stream().map(object -> object.replace("$case", name)).toList(),
        table,
        byRoute(c.path("ready"), names),
        byRoute(c.path("problems"), names));
  }

  private static String named(String assignment, Map<String, String> names) {
    int space = assignment.indexOf(' ');
    return Objects.requireNonNull(names.get(assignment.substring(0, space)), assignment)
        + assignment.substring(space);
  }

  private static Map<String, String> byRoute(JsonNode texts, Map<String, String> names) {
    Map<String, String> byRoute = new TreeMap<>();
    texts
        .properties()
        .forEach(
            text ->
                byRoute.put(
                    Objects.requireNonNull(names.get(text.getKey()), text.getKey()),
                    text.getValue().asText()));
    return byRoute;
  }

  private static ObjectNode pod(JsonNode pod, String namespace, String node) {
    ObjectNode object = object("Pod", "web", null);
    object.put("apiVersion", "v1");
    ObjectNode metadata = object.withObject("metadata");
    metadata.put("namespace", namespace);
    metadata.set("labels", orEmpty(pod.path("labels")));
    metadata.set("annotations", orEmpty(pod.path("annotations")));
    ObjectNode spec = object.withObject("spec");
    spec.put("nodeName", node);
    ObjectNode app = spec.withArray("containers").addObject().put("name", "app");
    app.put("image", "none");
    ArrayNode env = app.withArray("env");
    pod.path("env")
        .properties()
        .forEach(e -> env.addObject().put("name", e.getKey()).set("value", e.getValue()));
    pod.path("fieldEnv")
        .forEach(
            e ->
                env.addObject()
                    .put("name", e.asText())
                    .withObject("valueFrom")
                    .withObject("fieldRef")
                    .put("fieldPath", "metadata.name"));
    ArrayNode init = spec.withArray("initContainers");
    pod.path("init").forEach(i -> init.addObject().put("name", i.asText()).put("image", "none"));
    return object;
  }

  private static ObjectNode object(String kind, String name, @Nullable JsonNode spec) {
    ObjectNode object = YAML.createObjectNode();
    object.put("apiVersion", "logroute.io/v1alpha1").put("kind", kind);
    object.withObject("metadata").put("name", name);
    if (spec != null) {
      object.set("spec", spec);
    }
    return object;
  }

  private static JsonNode orEmpty(JsonNode node) {
    return node.isObject() ? node : YAML.createObjectNode();
  }

  private static JsonNode read(String file) {
    String name = "/control/" + file;
    try (InputStream in =
        Objects.requireNonNull(ControlCases.class.getResourceAsStream(name), name)) {
      return YAML.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
