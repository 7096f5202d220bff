// SPDX-License-Identifier: Apache-2.0
package io.logroute.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Takes out of objects and texts what may be secret: values of environment variables and settings
 * that are named like a secret, user and password of an address, tokens of a request. Managed
 * fields and the last applied configuration go too, since they repeat the rest.
 */
final class Redaction {

  private static final String HIDDEN = "REDACTED";
  private static final Pattern SECRET_NAME =
      Pattern.compile("(?i)pass(word|wd)?|secret|token|credential|api_?key|private_?key");
  private static final Pattern SETTING =
      Pattern.compile(
          "(?i)((?:[\\w.-]*(?:password|passwd|secret|credential|api-?key)[\\w.-]*|token)\"?\\s*[=:]\\s*\"?)[^\\s\",;]+");
  private static final Pattern BEARER = Pattern.compile("(?i)(bearer )[\\w.~+/=-]+");
  private static final Pattern USER_INFO = Pattern.compile("(://)[^\\s/@\"]+@");
  private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

  private Redaction() {}

  /** A text without what looks like a secret. */
  static String text(String text) {
    String shorter = BEARER.matcher(text).replaceAll("$1" + HIDDEN);
    shorter = USER_INFO.matcher(shorter).replaceAll("$1" + HIDDEN + "@");
    return SETTING.matcher(shorter).replaceAll("$1" + HIDDEN);
  }

  /** Changes an object or a list of them in place, and returns it. */
  static JsonNode object(JsonNode node) {
    switch (node) {
      case ObjectNode object -> fields(object);
      case ArrayNode array -> array.forEach(Redaction::object);
      default -> {}
    }
    return node;
  }

  private static void fields(ObjectNode object) {
    if (object.get("metadata") instanceof ObjectNode metadata) {
      metadata.remove("managedFields");
      if (metadata.get("annotations") instanceof ObjectNode annotations) {
        annotations.remove(LAST_APPLIED);
      }
    }
    if (object.has("value") && SECRET_NAME.matcher(object.path("name").asText()).find()) {
      object.put("value", HIDDEN);
    }
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      if (isArguments(field)) {
        field.setValue(arguments((ArrayNode) field.getValue()));
      } else {
        object(field.getValue());
      }
    }
  }

  private static boolean isArguments(Map.Entry<String, JsonNode> field) {
    return (field.getKey().equals("args") || field.getKey().equals("command"))
        && field.getValue().isArray();
  }

  private static ArrayNode arguments(ArrayNode arguments) {
    for (int i = 0; i < arguments.size(); i++) {
      if (arguments.get(i).isTextual()) {
        arguments.set(i, TextNode.valueOf(text(arguments.get(i).textValue())));
      }
    }
    return arguments;
  }
}
