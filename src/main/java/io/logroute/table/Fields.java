// SPDX-License-Identifier: Apache-2.0
package io.logroute.table;

import io.logroute.table.tree.Place;
import io.logroute.table.tree.Shown;
import io.logroute.table.tree.Tree;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The named values of one mapping. A name without a value counts as absent, as in Kubernetes. */
record Fields(Field self, Tree.Mapping mapping) {

  Optional<Field> optional(String name) {
    Tree.Entry entry = mapping.entries().get(name);
    return entry == null || isNull(entry.value())
        ? Optional.empty()
        : Optional.of(new Field(path(name), entry.value(), self.strict()));
  }

  Field required(String name) {
    return optional(name)
        .orElseThrow(() -> new UnusableTableException(self.place(), path(name), "is missing"));
  }

  /** The items of a list that may be absent. */
  List<Field> items(String name) {
    return optional(name).map(Field::items).orElse(List.of());
  }

  /** The value of a name that the mapping has, {@code null} included. */
  Field valueOf(String name) {
    Tree.Entry entry = Objects.requireNonNull(mapping.entries().get(name));
    return new Field(path(name), entry.value(), self.strict());
  }

  Set<String> names() {
    return mapping.entries().keySet();
  }

  void refuseOthersThan(Set<String> known) {
    mapping
        .entries()
        .forEach(
            (name, entry) -> {
              if (!known.contains(name)) {
                throw new UnusableTableException(
                    entry.place(),
                    self.path(),
                    "unknown field "
                        + Shown.quoted(name)
                        + ", known are "
                        + String.join(", ", new TreeSet<>(known)));
              }
            });
  }

  private String path(String name) {
    return (self.path().isEmpty() ? "" : self.path() + ".") + Shown.plain(name);
  }

  private static boolean isNull(Tree tree) {
    return tree instanceof Tree.Scalar(Place place, Tree.Type type, String text)
        && type == Tree.Type.NULL;
  }
}
