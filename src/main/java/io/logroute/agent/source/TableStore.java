// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the last good table in the state folder, so that an agent can start while the API server is
 * away: {@code table.json}, written to a temporary file, synced and renamed. Its first field is a
 * checksum of the rest: with one byte wrong it could be a table still, and have the agent let go of
 * files that somebody wants. A file that cannot be read or written costs one log line and nothing
 * else.
 */
public final class TableStore {

  private static final Logger log = LoggerFactory.getLogger(TableStore.class);
  private static final JsonMapper JSON = new JsonMapper();

  /** The first field, the CRC-32C of all that follows it. */
  private static final String SEAL = "{\"crc32c\":\"%08x\",";

  private static final int SEAL_LENGTH = SEAL.formatted(0).length();

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
    return document.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** The stored table's document; empty when there is none that can be used. */
  Optional<JsonNode> load() {
    try {
      JsonNode sealed = TableResource.json(intact(Files.readAllBytes(file)));
      ((ObjectNode) sealed).remove("crc32c");
      return Optional.of(sealed);
    } catch (NoSuchFileException none) {
      return Optional.empty();
    } catch (IOException e) {
      log.warn("The table in {} is unusable, starting without it: {}", file, e.getMessage());
      return Optional.empty();
    }
  }

  private static byte[] intact(byte[] bytes) throws IOException {
    byte[] seal = Arrays.copyOf(bytes, Math.min(bytes.length, SEAL_LENGTH));
    if (!Arrays.equals(seal, sealOf(bytes, seal.length))) {
      throw new IOException("damaged, or not written by this version");
    }
    return bytes;
  }

  private static byte[] sealOf(byte[] bytes, int from) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, bytes.length - from);
    return SEAL.formatted(crc.getValue()).getBytes(StandardCharsets.US_ASCII);
  }

  /** A document, which is an object with fields, with the seal in the place of its bracket. */
  private static byte[] sealed(byte[] document) {
    byte[] seal = sealOf(document, 1);
    byte[] sealed = Arrays.copyOf(seal, seal.length + document.length - 1);
    System.arraycopy(document, 1, sealed, seal.length, document.length - 1);
    return sealed;
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
        ByteBuffer bytes = ByteBuffer.wrap(sealed(document));
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
