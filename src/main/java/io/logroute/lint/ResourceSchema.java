// SPDX-License-Identifier: Apache-2.0
package io.logroute.lint;

import io.logroute.table.tree.Documents;
import io.logroute.table.tree.Tree;
import io.logroute.table.tree.YamlTree;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * The schema of a resource's parts: what the API server is told by the resource's definition, read
 * from that very definition, which is in the jar.
 */
record ResourceSchema(Tree.Mapping spec) {

  /** Of every object: what the API server asks of {@code metadata}, as far as people write it. */
  static final Tree.Mapping METADATA =
      mapping(
          YamlTree.read(
              """
              type: object
              x-kubernetes-preserve-unknown-fields: true
              properties:
                name: {type: string, minLength: 1, maxLength: 253}
                namespace: {type: string, minLength: 1, maxLength: 63}
                labels: {type: object, additionalProperties: {type: string}}
                annotations: {type: object, additionalProperties: {type: string}}
              """
                  .getBytes(StandardCharsets.UTF_8)));

  /** The schema in {@code crds/<plural>.logroute.io-v1.yml}. */
  static ResourceSchema of(String plural) {
    String name = "/crds/" + plural + ".logroute.io-v1.yml";
    try (InputStream in =
        Objects.requireNonNull(ResourceSchema.class.getResourceAsStream(name), name)) {
      Tree version = at(at(mapping(YamlTree.read(in.readAllBytes())), "spec"), "versions");
      Tree schema = at(at(first(version), "schema"), "openAPIV3Schema");
      return new ResourceSchema((Tree.Mapping) at(at(schema, "properties"), "spec"));
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }

  private static Tree.Mapping mapping(Documents documents) {
    return (Tree.Mapping) documents.documents().getFirst();
  }

  private static Tree first(Tree listing) {
    return ((Tree.Listing) listing).items().getFirst();
  }

  private static Tree at(Tree mapping, String name) {
    return Objects.requireNonNull(((Tree.Mapping) mapping).entries().get(name), name).value();
  }
}
