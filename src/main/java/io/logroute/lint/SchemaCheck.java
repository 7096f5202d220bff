// SPDX-License-Identifier: Apache-2.0
package io.logroute.lint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.logroute.table.tree.Place;
import io.logroute.table.tree.Shown;
import io.logroute.table.tree.Tree;
import io.logroute.table.tree.Tree.Scalar;
import io.logroute.table.tree.Tree.Type;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Holds a document against the schema of its resource, as the API server would, and gives it as
 * JSON for the rules that come after: without the fields that are unknown, and with a number or a
 * truth value in the place of text taken as it is written. All problems are found.
 *
 * <p>Of the schema language it knows what the definitions use. One instance a document.
 */
final class SchemaCheck {

  /**
   * One problem.
   *
   * @param path as {@code spec.options.mode}
   */
  record Finding(Place place, String path, String message) {}

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final List<Finding> findings = new ArrayList<>();
  private boolean usable = true;

  /** Checks a value; the result holds what could be made of it, if anything. */
  @Nullable JsonNode check(Tree value, Tree.Mapping schema, String path, Place place) {
    if (keyword(schema, "x-kubernetes-int-or-string") != null) {
      return intOrString(value, path, place);
    }
    String type = textOr(schema, "type", "");
    return switch (type) {
      case "object" -> object(value, schema, path, place);
      case "array" -> array(value, schema, path, place);
      case "string" -> string(value, schema, path, place);
      case "integer", "number" -> number(value, schema, path, place, type);
      case "boolean" -> bool(value, path, place);
      default -> throw new IllegalStateException("no such type in a schema: " + type);
    };
  }

  List<Finding> findings() {
    return List.copyOf(findings);
  }

  /** Whether the JSON holds all that was meant: nothing but unknown fields is missing from it. */
  boolean isUsable() {
    return usable;
  }

  private @Nullable JsonNode object(Tree value, Tree.Mapping schema, String path, Place place) {
    if (!(value instanceof Tree.Mapping mapping)) {
      return unusable(place, path, "must be a mapping, not " + value.kindOfValue());
    }
    ObjectNode node = JSON.objectNode();
    Map<String, Tree.Entry> properties = entries(keyword(schema, "properties"));
    Tree additional = keyword(schema, "additionalProperties");
    boolean keepsUnknown = keyword(schema, "x-kubernetes-preserve-unknown-fields") != null;
    mapping
        .entries()
        .forEach(
            (name, entry) -> {
              String at = path + "." + Shown.plain(name);
              Tree.Entry property = properties.get(name);
              Tree type = property == null ? additional : property.value();
              if (type instanceof Tree.Mapping typed) {
                set(
                    node,
                    name,
                    isNull(entry) ? null : check(entry.value(), typed, at, entry.place()));
              } else if (!keepsUnknown) {
                findings.add(new Finding(entry.place(), at, "unknown field " + quoted(at)));
              }
            });
    required(mapping, schema, path, place);
    bound(mapping.entries().size(), schema, "Properties", "entries", path, place);
    return node;
  }

  private void required(Tree.Mapping mapping, Tree.Mapping schema, String path, Place place) {
    if (keyword(schema, "required") instanceof Tree.Listing names) {
      for (Tree name : names.items()) {
        Tree.Entry entry = mapping.entries().get(((Scalar) name).text());
        if (entry == null || isNull(entry)) {
          unusable(place, path + "." + ((Scalar) name).text(), "is missing");
        }
      }
    }
  }

  private @Nullable JsonNode array(Tree value, Tree.Mapping schema, String path, Place place) {
    if (!(value instanceof Tree.Listing listing)) {
      return unusable(place, path, "must be a list, not " + value.kindOfValue());
    }
    ArrayNode node = JSON.arrayNode();
    Tree.Mapping items = (Tree.Mapping) keyword(schema, "items");
    for (int i = 0; i < listing.items().size() && items != null; i++) {
      Tree item = listing.items().get(i);
      JsonNode checked = check(item, items, path + "[" + i + "]", item.place());
      if (checked != null) {
        node.add(checked);
      }
    }
    bound(listing.items().size(), schema, "Items", "items", path, place);
    return node;
  }

  private @Nullable JsonNode string(Tree value, Tree.Mapping schema, String path, Place place) {
    if (!(value instanceof Scalar scalar) || scalar.type() == Type.NULL) {
      return unusable(place, path, "must be text, not " + value.kindOfValue());
    }
    String text = scalar.text();
    if (scalar.type() != Type.TEXT && scalar.type() != Type.TIMESTAMP) {
      findings.add(
          new Finding(
              place,
              path,
              quoted(text) + " is read as " + scalar.kindOfValue() + ": put it in quotes"));
    }
    bound(text.codePointCount(0, text.length()), schema, "Length", "characters", path, place);
    return isOneOf(text, schema, path, place) ? JSON.textNode(text) : null;
  }

  private boolean isOneOf(String text, Tree.Mapping schema, String path, Place place) {
    if (!(keyword(schema, "enum") instanceof Tree.Listing values)) {
      return true;
    }
    List<String> known = values.items().stream().map(item -> ((Scalar) item).text()).toList();
    if (!known.contains(text)) {
      unusable(place, path, quoted(text) + " is none of " + String.join(", ", known));
    }
    return known.contains(text);
  }

  private @Nullable JsonNode number(
      Tree value, Tree.Mapping schema, String path, Place place, String type) {
    BigDecimal number = numberOf(value);
    if (number == null || (type.equals("integer") && !isLong(number))) {
      return unusable(place, path, "must be a whole number, not " + shown(value));
    }
    Tree minimum = keyword(schema, "minimum");
    if (minimum instanceof Scalar least && number.compareTo(new BigDecimal(least.text())) < 0) {
      unusable(place, path, "must be at least " + new BigDecimal(least.text()).toBigInteger());
    }
    return JSON.numberNode(number);
  }

  private static boolean isLong(BigDecimal number) {
    return number.stripTrailingZeros().scale() <= 0
        && number.abs().compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0;
  }

  private @Nullable JsonNode bool(Tree value, String path, Place place) {
    if (!(value instanceof Scalar scalar) || scalar.type() != Type.BOOLEAN) {
      return unusable(place, path, "must be true or false, not " + shown(value));
    }
    return JSON.booleanNode(
        List.of("true", "yes", "on").contains(scalar.text().toLowerCase(Locale.ROOT)));
  }

  private @Nullable JsonNode intOrString(Tree value, String path, Place place) {
    if (value instanceof Scalar scalar
        && (scalar.type() == Type.TEXT || scalar.type() == Type.INTEGER)) {
      return JSON.textNode(scalar.text());
    }
    return unusable(place, path, "must be a whole number or text, not " + shown(value));
  }

  /** {@code min<Of>} and {@code max<Of>}. */
  private void bound(
      int size, Tree.Mapping schema, String of, String what, String path, Place place) {
    if (keyword(schema, "min" + of) instanceof Scalar least
        && size < Integer.parseInt(least.text())) {
      findings.add(
          new Finding(
              place, path, "takes at least " + least.text() + " " + what + ", not " + size));
    }
    if (keyword(schema, "max" + of) instanceof Scalar most
        && size > Integer.parseInt(most.text())) {
      findings.add(
          new Finding(place, path, "takes at most " + most.text() + " " + what + ", not " + size));
    }
  }

  private @Nullable JsonNode unusable(Place place, String path, String message) {
    usable = false;
    findings.add(new Finding(place, path, message));
    return null;
  }

  private static void set(ObjectNode node, String name, @Nullable JsonNode value) {
    if (value != null) {
      node.set(name, value);
    }
  }

  private static boolean isNull(Tree.Entry entry) {
    return entry.value() instanceof Scalar scalar && scalar.type() == Type.NULL;
  }

  private static @Nullable BigDecimal numberOf(Tree value) {
    if (!(value instanceof Scalar scalar)
        || (scalar.type() != Type.INTEGER && scalar.type() != Type.DECIMAL)) {
      return null;
    }
    try {
      return new BigDecimal(scalar.text());
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static String shown(Tree value) {
    return value instanceof Scalar scalar && !scalar.text().isEmpty()
        ? quoted(scalar.text())
        : value.kindOfValue();
  }

  private static String quoted(String text) {
    return Shown.quoted(text);
  }

  private static @Nullable Tree keyword(Tree.Mapping schema, String name) {
    Tree.Entry entry = schema.entries().get(name);
    return entry == null ? null : entry.value();
  }

  private static String textOr(Tree.Mapping schema, String name, String absent) {
    return keyword(schema, name) instanceof Scalar scalar ? scalar.text() : absent;
  }

  private static Map<String, Tree.Entry> entries(@Nullable Tree mapping) {
    return mapping instanceof Tree.Mapping known ? known.entries() : Map.of();
  }
}
