// SPDX-License-Identifier: Apache-2.0
package io.logroute.table.tree;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a JSON document. Its places are unknown: nobody reads an API object by line. */
public final class JsonTree {

  private static final int MAX_DEPTH = 200;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
          .build();

  private JsonTree() {}

  /** The one document of a text. */
  public static Documents read(byte[] json) {
    try (JsonParser parser = FACTORY.createParser(json)) {
      if (parser.nextToken() == null) {
        return new Documents(List.of(), null);
      }
      Tree tree = value(parser);
      return parser.nextToken() == null
          ? new Documents(List.of(tree), null)
          : failure("something follows the document");
    } catch (JsonProcessingException e) {
      return failure("not JSON: " + Shown.plain(e.getOriginalMessage()));
    } catch (IOException e) {
      return failure("not JSON: " + Shown.plain(String.valueOf(e.getMessage())));
    }
  }

  private static Documents failure(String cause) {
    return new Documents(List.of(), new Documents.Failure(Place.UNKNOWN, cause));
  }

  private static Tree value(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    return switch (token) {
      case START_OBJECT -> mapping(parser);
      case START_ARRAY -> listing(parser);
      case VALUE_STRING -> scalar(Tree.Type.TEXT, parser.getText());
      case VALUE_NUMBER_INT -> scalar(Tree.Type.INTEGER, parser.getText());
      case VALUE_NUMBER_FLOAT -> scalar(Tree.Type.DECIMAL, parser.getText());
      case VALUE_TRUE, VALUE_FALSE -> scalar(Tree.Type.BOOLEAN, parser.getText());
      default -> scalar(Tree.Type.NULL, "");
    };
  }

  private static Tree mapping(JsonParser parser) throws IOException {
    Map<String, Tree.Entry> entries = new LinkedHashMap<>();
    for (@Nullable String name = parser.nextFieldName();
        name != null;
        name = parser.nextFieldName()) {
      parser.nextToken();
      entries.put(name, new Tree.Entry(Place.UNKNOWN, value(parser)));
    }
    return new Tree.Mapping(Place.UNKNOWN, Collections.unmodifiableMap(entries));
  }

  private static Tree listing(JsonParser parser) throws IOException {
    List<Tree> items = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      items.add(value(parser));
    }
    return new Tree.Listing(Place.UNKNOWN, items);
  }

  private static Tree scalar(Tree.Type type, String text) {
    return new Tree.Scalar(Place.UNKNOWN, type, text);
  }
}
