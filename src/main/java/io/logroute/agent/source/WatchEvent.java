// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.source;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;

/**
 * One line of a watch.
 *
 * @param type {@code ADDED}, {@code MODIFIED}, {@code DELETED} or {@code BOOKMARK}
 * @param object of a bookmark only its {@code metadata.resourceVersion} is of use
 */
record WatchEvent(String type, JsonNode object) {

  /** Reads a line; an {@code ERROR} event becomes the failure that it stands for. */
  static WatchEvent parse(byte[] line) throws IOException {
    JsonNode event = TableResource.json(line);
    String type = event.path("type").asText();
    JsonNode object = event.path("object");
    if (type.equals("ERROR")) {
      int code = object.path("code").asInt();
      throw new ApiFailure(code, 0, code + ": " + object.path("message").asText());
    }
    return new WatchEvent(type, object);
  }

  String resourceVersion() {
    return object.path("metadata").path("resourceVersion").asText();
  }
}
