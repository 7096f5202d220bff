// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the last good table in the state folder, so that an agent can start while the API server is
 * away: {@code table.json}, written to a temporary file, synced and renamed. A file that cannot be
 * read or written costs one log line and nothing else.
 */
public final class TableStore {

  private static final Logger log = LoggerFactory.getLogger(TableStore.class);
  private static final JsonMapper JSON = new JsonMapper();

  private final Path file;

  /**
   * @param stateFolder exists
   */
  public TableStore(Path stateFolder) {
    file = stateFolder.resolve("table.json");
  }

  /** What matters of an object of the API server: its identity and its spec. */
  static byte[] document(JsonNode object) {
    ObjectNode document = JSON.createObjectNode();
    document.set("apiVersion", object.path("apiVersion"));
    document.set("kind", object.path("kind"));
    ObjectNode metadata = document.putObject("metadata");
    for (String name : List.of("name", "uid", "generation")) {
      JsonNode value = object.path("metadata").path(name);
      if (!value.isMissingNode()) {
        metadata.set(name, value);
      }
    }
    document.set("spec", object.path("spec"));
    return document.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  /** The stored table's document; empty when there is none that can be used. */
  Optional<JsonNode> load() {
    try {
      return Optional.of(TableResource.json(Files.readAllBytes(file)));
    } catch (NoSuchFileException none) {
      return Optional.empty();
    } catch (IOException e) {
      log.warn("The table in {} is unusable, starting without it: {}", file, e.getMessage());
      return Optional.empty();
    }
  }

  void save(byte[] document) {
    Path temporary = file.resolveSibling("table.json.tmp");
    try {
      try (FileChannel channel =
          FileChannel.open(
              temporary,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        ByteBuffer bytes = ByteBuffer.wrap(document);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      syncFolder();
    } catch (IOException e) {
      log.warn(
          "The table cannot be kept in {}, a start without the API server would use an older one: {}",
          file,
          e.toString());
    }
  }

  /** Makes the rename last. */
  private void syncFolder() throws IOException {
    try (FileChannel folder = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
      folder.force(true);
    }
  }
}
