// SPDX-License-Identifier: Apache-2.0
package io.logroute.table.tree;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Turns the nodes of one YAML document into a tree. What an alias names is one tree that stands in
 * several places; how large the document is when each is counted where it stands is bounded, so
 * that a few lines of aliases of aliases cannot cost more than they weigh.
 */
final class TreeComposer {

  /** As in Go's YAML library, a document may weigh this much whatever its aliases do. */
  private static final long FREE_WEIGHT = 100_000;

  private static final long MAX_EXPANSION = 10;

  private static final Composed IN_PROGRESS =
      new Composed(new Tree.Scalar(Place.UNKNOWN, Tree.Type.NULL, ""), 0, 0);

  /**
   * A part of the document.
   *
   * @param weight its nodes, each counted where it stands
   * @param depth its levels, likewise
   */
  private record Composed(Tree tree, long weight, int depth) {}

  private final Map<Node, Composed> composed = new IdentityHashMap<>();

  Tree compose(Node root) {
    Composed document = node(root);
    if (document.weight() > FREE_WEIGHT && document.weight() / MAX_EXPANSION > composed.size()) {
      throw new UnreadableException(
          YamlTree.place(root.getStartMark()), "its aliases repeat too much");
    }
    return document.tree();
  }

  private Composed compositionOf(Node node) {
    if (node instanceof MappingNode mapping) {
      return mapping(mapping);
    }
    if (node instanceof SequenceNode sequence) {
      return sequence(sequence);
    }
    if (node instanceof ScalarNode scalar) {
      return new Composed(
          new Tree.Scalar(place(node), type(scalar.getTag()), scalar.getValue()), 1, 1);
    }
    throw new UnreadableException(place(node), "not YAML");
  }

  private Composed node(Node node) {
    Composed known = composed.putIfAbsent(node, IN_PROGRESS);
    if (known == IN_PROGRESS) {
      throw new UnreadableException(place(node), "an alias stands inside of what it names");
    }
    if (known != null) {
      return known;
    }
    Composed result = compositionOf(node);
    if (result.depth() > YamlTree.MAX_DEPTH) {
      throw new UnreadableException(place(node), "it is nested too deep");
    }
    composed.put(node, result);
    return result;
  }

  private Composed sequence(SequenceNode sequence) {
    List<Tree> items = new ArrayList<>();
    long weight = 1;
    int depth = 0;
    for (Node value : sequence.getValue()) {
      Composed item = node(value);
      items.add(item.tree());
      weight = sum(weight, item.weight());
      depth = Math.max(depth, item.depth());
    }
    return new Composed(new Tree.Listing(place(sequence), items), weight, depth + 1);
  }

  private Composed mapping(MappingNode mapping) {
    Map<String, Tree.Entry> entries = new LinkedHashMap<>();
    List<Tree> merged = new ArrayList<>();
    long weight = 1;
    int depth = 0;
    for (NodeTuple tuple : mapping.getValue()) {
      Composed value = node(tuple.getValueNode());
      weight = sum(weight, value.weight());
      depth = Math.max(depth, value.depth());
      if (tuple.getKeyNode().getTag().equals(Tag.MERGE)) {
        merged.add(value.tree());
      } else {
        put(entries, tuple.getKeyNode(), value.tree());
      }
    }
    merged.forEach(tree -> merge(entries, tree));
    return new Composed(
        new Tree.Mapping(place(mapping), Collections.unmodifiableMap(entries)), weight, depth + 1);
  }

  private static void put(Map<String, Tree.Entry> entries, Node key, Tree value) {
    if (!(key instanceof ScalarNode name)) {
      throw new UnreadableException(place(key), "a name must be text");
    }
    if (entries.putIfAbsent(name.getValue(), new Tree.Entry(place(key), value)) != null) {
      throw new UnreadableException(
          place(key), Shown.quoted(name.getValue()) + " stands here a second time");
    }
  }

  private static void merge(Map<String, Tree.Entry> entries, Tree source) {
    List<Tree> sources = source instanceof Tree.Listing listing ? listing.items() : List.of(source);
    for (Tree one : sources) {
      if (!(one instanceof Tree.Mapping mapping)) {
        throw new UnreadableException(one.place(), "<< takes a mapping or a list of them");
      }
      mapping.entries().forEach(entries::putIfAbsent);
    }
  }

  private static Tree.Type type(Tag tag) {
    if (tag.equals(Tag.INT)) {
      return Tree.Type.INTEGER;
    }
    if (tag.equals(Tag.FLOAT)) {
      return Tree.Type.DECIMAL;
    }
    if (tag.equals(Tag.BOOL)) {
      return Tree.Type.BOOLEAN;
    }
    if (tag.equals(Tag.TIMESTAMP)) {
      return Tree.Type.TIMESTAMP;
    }
    return tag.equals(Tag.NULL) ? Tree.Type.NULL : Tree.Type.TEXT;
  }

  /** Weights are checked at the end only, and those of aliases of aliases soon leave a long. */
  private static long sum(long a, long b) {
    long sum = a + b;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }

  private static Place place(Node node) {
    return YamlTree.place(node.getStartMark());
  }
}
