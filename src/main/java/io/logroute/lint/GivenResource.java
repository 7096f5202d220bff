// SPDX-License-Identifier: Apache-2.0
package io.logroute.lint;

import com.fasterxml.jackson.databind.JsonNode;
import io.logroute.table.tree.Place;
import io.logroute.table.tree.Tree;

/**
 * A document that its schema and its rules let through, kept for what only several of them show.
 *
 * @param title kind and name, as {@code LogRoute team-a/web}
 * @param namespace empty for what belongs to none
 * @param spec with the values that it has
 * @param tree the same with places
 * @param place of the spec
 */
record GivenResource(
    String file,
    String kind,
    String title,
    String namespace,
    String name,
    JsonNode spec,
    Tree tree,
    Place place) {}
