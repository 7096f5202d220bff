// SPDX-License-Identifier: Apache-2.0
package io.logroute.table;

import io.logroute.table.tree.Place;
import io.logroute.table.tree.Shown;
import io.logroute.table.tree.Tree;
import io.logroute.table.tree.Tree.Scalar;
import io.logroute.table.tree.Tree.Type;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A value at its place in the document, read as what it should be.
 *
 * @param path as {@code spec.routes[2].driver}
 * @param strict whether a name that nobody knows is a mistake
 */
record Field(String path, Tree tree, boolean strict) {

  private static final Pattern DIGITS = Pattern.compile("[0-9]{1,18}");

  UnusableTableException wrong(String cause) {
    return new UnusableTableException(place(), path, cause);
  }

  Place place() {
    return tree.place();
  }

  /** Text that is not empty. */
  String text() {
    if (!(tree instanceof Scalar(Place place, Type type, String text))) {
      throw notA("text");
    }
    if (type != Type.TEXT) {
      throw wrong(Shown.quoted(text) + " is read as " + tree.kindOfValue() + ": put it in quotes");
    }
    if (text.isEmpty()) {
      throw wrong("must not be empty");
    }
    return text;
  }

  /** Text that may be empty, as the value of an option. */
  String anyText() {
    return tree instanceof Scalar(Place place, Type type, String text)
            && type == Type.TEXT
            && text.isEmpty()
        ? ""
        : text();
  }

  long number(long min) {
    if (!(tree instanceof Scalar(Place place, Type type, String text)) || type != Type.INTEGER) {
      throw notA("a whole number");
    }
    if (!DIGITS.matcher(text).matches() || Long.parseLong(text) < min) {
      throw wrong(Shown.quoted(text) + " is not a whole number from " + min + " on");
    }
    return Long.parseLong(text);
  }

  <E extends Enum<E>> E oneOf(Class<E> values) {
    String text = text();
    for (E value : values.getEnumConstants()) {
      if (value.name().equals(text)) {
        return value;
      }
    }
    throw wrong(
        Shown.quoted(text)
            + " is none of "
            + Arrays.stream(values.getEnumConstants())
                .map(Enum::name)
                .collect(Collectors.joining(", ")));
  }

  /** A time as RFC 3339 has it, in quotes or not. */
  Instant instant() {
    if (!(tree instanceof Scalar(Place place, Type type, String text))
        || (type != Type.TEXT && type != Type.TIMESTAMP)) {
      throw notA("a time such as 2026-11-22T10:00:00Z");
    }
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw wrong(Shown.quoted(text) + " is not a time such as 2026-11-22T10:00:00Z");
    }
  }

  List<Field> items() {
    if (!(tree instanceof Tree.Listing(Place place, List<Tree> items))) {
      throw notA("a list");
    }
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      fields.add(new Field(path + "[" + i + "]", items.get(i), strict));
    }
    return fields;
  }

  /** As a mapping that has no other names than these. */
  Fields fields(Set<String> known) {
    if (!(tree instanceof Tree.Mapping mapping)) {
      throw notA("a mapping");
    }
    Fields fields = new Fields(this, mapping);
    if (strict) {
      fields.refuseOthersThan(known);
    }
    return fields;
  }

  /** As a mapping that may have any name. */
  Fields anyFields() {
    return new Field(path, tree, false).fields(Set.of());
  }

  private UnusableTableException notA(String expected) {
    return wrong("must be " + expected + ", not " + tree.kindOfValue());
  }
}
