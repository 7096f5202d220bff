// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/**
 * Random custom resources, drawn from the schemas in {@code crds/}: mostly what a schema lets
 * through, and now and then what it does not (another type, null, numbers beyond 64 bits, texts
 * that are none).
 */
final class RandomResources {

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private static final String[] TEXTS = {
    "",
    " ",
    "a",
    "web",
    "tcp://a:1",
    "tcp://[fd00::1]:5555",
    "tcp://a:99999",
    "..",
    "a/b",
    "{{.ID}}",
    "{{.Nope}}",
    "{{",
    "a: b",
    "1Gi",
    "-1",
    "9".repeat(400),
    "0.0000001",
    "zmq",
    "none",
    "json-file",
    "blocking",
    "non-blocking",
    "In",
    "NotIn",
    "Exists",
    "*",
    "?[",
    "\u0000",
    "\ud83d\ude00",
    "ä".repeat(300),
    "x".repeat(2000),
    "central",
    "/var/log",
    "/../",
    "2026-01-01T00:00:00Z",
    "not a time"
  };

  private static final String[] KEYS = {
    "zmq-address",
    "mode",
    "max-buffer-size",
    "tag",
    "max-size",
    "max-file",
    "app",
    "a.b/c",
    "",
    "ä/"
  };

  private final Random random;
  private final int wildness;

  /**
   * @param wildness of 100 values so many are beyond the schema
   */
  RandomResources(Random random, int wildness) {
    this.random = random;
    this.wildness = wildness;
  }

  /** The schema of a kind's spec and status, by name. */
  static Map<String, JsonNode> schemas(String plural) {
    try {
      JsonNode root =
          new ObjectMapper(new YAMLFactory())
              .readTree(Path.of("crds", plural + ".logroute.io-v1.yml").toFile())
              .at("/spec/versions/0/schema/openAPIV3Schema/properties");
      return Map.of("spec", root.path("spec"), "status", root.path("status"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** An object of a kind. */
  ObjectNode object(String kind, String name, Map<String, JsonNode> schemas) {
    ObjectNode object = JSON.objectNode();
    object.put("apiVersion", "logroute.io/v1alpha1").put("kind", kind);
    ObjectNode metadata = object.withObject("metadata");
    metadata.put("name", name).put("namespace", "ns").put("uid", name);
    metadata.put("generation", 1 + random.nextInt(5));
    metadata.put("creationTimestamp", "2026-01-01T00:00:00Z");
    if (random.nextInt(20) > 0) {
      object.set("spec", value(Objects.requireNonNull(schemas.get("spec")), 0));
    }
    if (random.nextInt(4) == 0) {
      object.set("status", value(Objects.requireNonNull(schemas.get("status")), 0));
    }
    return object;
  }

  private JsonNode value(JsonNode schema, int depth) {
    if (random.nextInt(100) < wildness) {
      return wild(depth);
    }
    if (schema.path("x-kubernetes-int-or-string").asBoolean()) {
      return random.nextBoolean() ? number() : text(schema);
    }
    return switch (schema.path("type").asText()) {
      case "object" -> mapping(schema, depth);
      case "array" -> listing(schema, depth);
      case "integer", "number" -> number();
      case "boolean" -> JSON.booleanNode(random.nextBoolean());
      default -> text(schema);
    };
  }

  private JsonNode mapping(JsonNode schema, int depth) {
    ObjectNode object = JSON.objectNode();
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      boolean required = contains(schema.path("required"), property.getKey());
      if (required || random.nextInt(depth + 3) == 0) {
        object.set(property.getKey(), value(property.getValue(), depth + 1));
      }
    }
    if (schema.has("additionalProperties")) {
      for (int i = random.nextInt(4); i > 0; i--) {
        object.set(
            KEYS[random.nextInt(KEYS.length)],
            value(schema.path("additionalProperties"), depth + 1));
      }
    }
    return object;
  }

  private static boolean contains(JsonNode names, String name) {
    List<String> all = new ArrayList<>();
    names.forEach(n -> all.add(n.asText()));
    return all.contains(name);
  }

  private JsonNode listing(JsonNode schema, int depth) {
    ArrayNode list = JSON.arrayNode();
    for (int i = random.nextInt(4); i > 0; i--) {
      list.add(value(schema.path("items"), depth + 1));
    }
    return list;
  }

  private JsonNode text(JsonNode schema) {
    JsonNode allowed = schema.path("enum");
    return allowed.isArray() && random.nextInt(20) > 0
        ? allowed.get(random.nextInt(allowed.size()))
        : JSON.textNode(TEXTS[random.nextInt(TEXTS.length)]);
  }

  private JsonNode number() {
    return switch (random.nextInt(8)) {
      case 0 -> JSON.numberNode(0);
      case 1 -> JSON.numberNode(-1);
      case 2 -> JSON.numberNode(Long.MAX_VALUE);
      case 3 -> JSON.numberNode(BigInteger.TWO.pow(100));
      default -> JSON.numberNode(random.nextInt(100_000));
    };
  }

  private JsonNode wild(int depth) {
    return switch (random.nextInt(8)) {
      case 0 -> JSON.nullNode();
      case 1 -> JSON.numberNode(1.5e300);
      case 2 -> JSON.booleanNode(true);
      case 3 -> JSON.arrayNode().add(JSON.nullNode()).add(1);
      case 4 -> JSON.objectNode().set("unknown", JSON.arrayNode());
      case 5 -> depth > 4 ? JSON.nullNode() : JSON.arrayNode().add(wild(depth + 1));
      default -> JSON.textNode(TEXTS[random.nextInt(TEXTS.length)]);
    };
  }
}
