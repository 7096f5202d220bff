// SPDX-License-Identifier: Apache-2.0
package io.logroute.table.tree;

import java.util.List;
import java.util.Map;

/** A document, or a part of one. */
public sealed interface Tree {

  Place place();

  /** What a user calls it: {@code a list}. */
  String kindOfValue();

  /** Names and values in the order of the document; no name twice. */
  record Mapping(Place place, Map<String, Entry> entries) implements Tree {
    @Override
    public String kindOfValue() {
      return "a mapping";
    }
  }

  /**
   * One entry of a mapping.
   *
   * @param place of the name
   */
  record Entry(Place place, Tree value) {}

  /** Values in the order of the document. */
  record Listing(Place place, List<Tree> items) implements Tree {
    public Listing {
      items = List.copyOf(items);
    }

    @Override
    public String kindOfValue() {
      return "a list";
    }
  }

  /**
   * A single value.
   *
   * @param text as it is written, escapes and quotes resolved
   */
  record Scalar(Place place, Type type, String text) implements Tree {
    @Override
    public String kindOfValue() {
      return type.shown;
    }
  }

  /** What a {@link Scalar} is by its form, as YAML 1.1 has it (and with it Kubernetes). */
  enum Type {
    TEXT("text"),
    INTEGER("a number"),
    DECIMAL("a number"),
    BOOLEAN("true or false"),
    TIMESTAMP("a time"),
    NULL("nothing");

    private final String shown;

    Type(String shown) {
      this.shown = shown;
    }
  }
}
