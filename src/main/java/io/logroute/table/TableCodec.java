// SPDX-License-Identifier: Apache-2.0
package io.logroute.table;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import io.logroute.table.tree.Documents;
import io.logroute.table.tree.JsonTree;
import io.logroute.table.tree.Tree;
import io.logroute.table.tree.YamlTree;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * The text of a table: YAML in a file that somebody wrote by hand, JSON from and to the API server
 * and the agent's state folder. Reading never throws, whatever the bytes are; writing gives the
 * same bytes for the same table.
 */
public final class TableCodec {

  private static final JsonFactory JSON = new JsonFactory();
  private static final YAMLFactory YAML =
      YAMLFactory.builder()
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .disable(YAMLGenerator.Feature.SPLIT_LINES)
          .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
          .build();

  private TableCodec() {}

  /** A hand-written file: an unknown field is a mistake, and the sentence says the line. */
  public static TableReading readYaml(byte[] yaml) {
    return read(YamlTree.read(yaml), true);
  }

  /** An object of the API server: unknown fields are those of a newer operator, and left alone. */
  public static TableReading readJson(byte[] json) {
    return read(JsonTree.read(json), false);
  }

  /** The table as a file, without a status. */
  public static byte[] writeYaml(NodeRouteTable table) {
    return bytes(YAML, generator -> TableWriter.table(generator, table));
  }

  /** The table as an object, without a status. */
  public static byte[] writeJson(NodeRouteTable table) {
    return bytes(JSON, generator -> TableWriter.table(generator, table));
  }

  /**
   * The spec alone, as an object, without what a reader takes for granted: an API server walks
   * every value of a table several times for each write of it or of its status, and most routes set
   * none of these. It reads as the whole table does.
   */
  public static byte[] writeLeanSpec(NodeRouteTable table) {
    return bytes(JSON, generator -> TableWriter.leanSpec(generator, table));
  }

  /** A merge patch of the object: {@code {"status": {…}}}. What is absent now is taken away. */
  public static byte[] writeStatusPatch(TableStatus status) {
    return bytes(JSON, generator -> TableWriter.statusPatch(generator, status));
  }

  private static TableReading read(Documents documents, boolean strict) {
    Documents.Failure failure = documents.failure();
    if (failure != null) {
      return new TableReading.Bad(failure.sentence());
    }
    List<Tree> trees = documents.documents();
    if (trees.isEmpty()) {
      return new TableReading.Bad("it is empty, not a NodeRouteTable");
    }
    if (trees.size() > 1) {
      return new TableReading.Bad(
          trees.get(1).place().prefix() + "a second document starts here, a table is one");
    }
    try {
      return new TableReading.Good(TableReader.read(trees.getFirst(), strict));
    } catch (UnusableTableException e) {
      return new TableReading.Bad(e.sentence());
    }
  }

  @FunctionalInterface
  private interface Writing {
    void to(JsonGenerator generator) throws IOException;
  }

  private static byte[] bytes(JsonFactory factory, Writing writing) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator generator = factory.createGenerator(out)) {
      writing.to(generator);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return out.toByteArray();
  }
}
