// SPDX-License-Identifier: Apache-2.0
package io.logroute.table.tree;

import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.reader.ReaderException;

/**
 * Reads the documents of a YAML text (and of JSON, its subset), in UTF-8, with anchors, aliases and
 * merge keys as Kubernetes' own tools have them.
 */
public final class YamlTree {

  static final int MAX_DEPTH = 200;
  private static final int MAX_DOCUMENT_CHARS = 16 << 20;
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private YamlTree() {}

  /** All documents of a text, up to the first that cannot be read. */
  public static Documents read(byte[] yaml) {
    List<Tree> documents = new ArrayList<>();
    try {
      for (Node root : new Yaml(options()).composeAll(new StringReader(text(yaml)))) {
        Tree document = new TreeComposer().compose(root);
        if (!isEmpty(document)) {
          documents.add(document);
        }
      }
      return new Documents(documents, null);
    } catch (UnreadableException e) {
      return new Documents(documents, e.failure());
    } catch (MarkedYAMLException e) {
      return failed(documents, place(e.getProblemMark()), marked(e));
    } catch (ReaderException e) {
      return failed(documents, Place.UNKNOWN, "not YAML: it has a control character");
    } catch (YAMLException e) {
      return failed(documents, Place.UNKNOWN, "not YAML: " + e.getMessage());
    }
  }

  static Place place(@Nullable Mark mark) {
    return mark == null ? Place.UNKNOWN : new Place(mark.getLine() + 1, mark.getColumn() + 1);
  }

  private static Documents failed(List<Tree> documents, Place place, String cause) {
    return new Documents(documents, new Documents.Failure(place, Shown.plain(cause)));
  }

  private static LoaderOptions options() {
    LoaderOptions options = new LoaderOptions();
    options.setNestingDepthLimit(MAX_DEPTH);
    options.setMaxAliasesForCollections(Integer.MAX_VALUE);
    options.setCodePointLimit(MAX_DOCUMENT_CHARS);
    return options;
  }

  private static String text(byte[] yaml) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(yaml)).toString();
      return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw new UnreadableException(Place.UNKNOWN, "not YAML: it is not text in UTF-8");
    }
  }

  private static String marked(MarkedYAMLException e) {
    String context = e.getContext();
    return "not YAML: " + (context == null ? "" : context + ", ") + e.getProblem();
  }

  private static boolean isEmpty(Tree document) {
    return document instanceof Tree.Scalar(Place place, Tree.Type type, String text)
        && type == Tree.Type.NULL
        && text.isEmpty();
  }
}
