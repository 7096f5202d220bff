// SPDX-License-Identifier: Apache-2.0
package io.logroute.lint;

import io.logroute.table.tree.Place;
import io.logroute.table.tree.Tree;
import java.util.Map;

/** Where a field of a document stands, by the path that a rule names. */
final class FieldPlaces {

  private FieldPlaces() {}

  /**
   * The place of a field, or of the nearest part around it that the document has. Names may have
   * dots in them, as options and labels do.
   *
   * @param path as {@code options.mode}, from {@code tree} on
   */
  static Place of(Tree tree, String path, Place around) {
    if (path.isEmpty()) {
      return around;
    }
    return switch (tree) {
      case Tree.Mapping mapping -> inMapping(mapping, path, around);
      case Tree.Listing listing -> inListing(listing, path, around);
      case Tree.Scalar scalar -> around;
    };
  }

  private static Place inMapping(Tree.Mapping mapping, String path, Place around) {
    for (Map.Entry<String, Tree.Entry> named : mapping.entries().entrySet()) {
      String name = named.getKey();
      Tree.Entry entry = named.getValue();
      if (path.equals(name)) {
        return entry.place();
      }
      if (path.startsWith(name + ".") || path.startsWith(name + "[")) {
        String rest = path.substring(name.length());
        return of(entry.value(), rest.startsWith(".") ? rest.substring(1) : rest, entry.place());
      }
    }
    return around;
  }

  private static Place inListing(Tree.Listing listing, String path, Place around) {
    int close = path.indexOf(']');
    if (!path.startsWith("[") || close < 2 || close > 6) {
      return around;
    }
    int index = Integer.parseInt(path.substring(1, close));
    if (index >= listing.items().size()) {
      return around;
    }
    Tree item = listing.items().get(index);
    String rest = path.substring(close + 1);
    return of(item, rest.startsWith(".") ? rest.substring(1) : rest, item.place());
  }
}
