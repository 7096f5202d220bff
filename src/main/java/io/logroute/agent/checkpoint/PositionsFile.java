// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.logroute.agent.checkpoint.Positions.Container;
import io.logroute.agent.checkpoint.Positions.Key;
import io.logroute.agent.checkpoint.Positions.Offsets;
import io.logroute.agent.checkpoint.Positions.Written;
import java.io.ByteArrayOutputStream;
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
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Positions on disk: one JSON document, written beside the old one, synced and renamed over it, so
 * that a crash leaves the one or the other. Its first field is a checksum of the rest, since one
 * digit that a disk got wrong would skip lines unseen. A file that is missing, damaged or of a
 * newer version means reading from the beginning: repeats, never a gap.
 */
public final class PositionsFile {

  private static final String NAME = "positions.json";
  private static final int VERSION = 1;
  private static final JsonFactory JSON = new JsonFactory();

  /** The first field, the CRC-32C of all that follows it. */
  private static final String SEAL = "{\"crc32c\":\"%08x\",";

  private static final int SEAL_LENGTH = SEAL.formatted(0).length();

  private final Path file;

  public PositionsFile(Path stateFolder) {
    this.file = stateFolder.resolve(NAME);
  }

  /**
   * Reads the positions; none when there is no file.
   *
   * @throws IOException when there is one that cannot be used, with the file and the cause
   */
  public Positions read() throws IOException {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return Positions.NONE;
    }
    try (JsonParser json = JSON.createParser(intact(bytes))) {
      return document(json);
    } catch (IOException | RuntimeException e) {
      throw new IOException("the positions in " + file + " cannot be used (" + cause(e) + ")", e);
    }
  }

  private static byte[] intact(byte[] bytes) throws IOException {
    int length = sealOf(bytes).length;
    byte[] seal = Arrays.copyOf(bytes, length);
    if (bytes.length < length || !Arrays.equals(seal, sealOf(bytes))) {
      throw new IOException("damaged");
    }
    return bytes;
  }

  /** The beginning that a document has to have, given all that stands behind it. */
  private static byte[] sealOf(byte[] document) {
    CRC32C crc = new CRC32C();
    int length = Math.min(SEAL_LENGTH, document.length);
    crc.update(document, length, document.length - length);
    return SEAL.formatted(crc.getValue()).getBytes(StandardCharsets.US_ASCII);
  }

  private static String cause(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("damaged");
  }

  private static Positions document(JsonParser json) throws IOException {
    Map<String, Container> containers = new HashMap<>();
    Map<String, Long> routesSeen = new HashMap<>();
    expect(json.nextToken(), JsonToken.START_OBJECT);
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "version" -> {
          if (json.getIntValue() > VERSION) {
            throw new IOException("written by a newer version of LogRoute");
          }
        }
        case "containers" -> {
          expect(json.currentToken(), JsonToken.START_OBJECT);
          while (json.nextToken() == JsonToken.FIELD_NAME) {
            String key = json.currentName();
            containers.put(key, container(json));
          }
        }
        case "routesSeen" -> {
          expect(json.currentToken(), JsonToken.START_OBJECT);
          while (json.nextToken() == JsonToken.FIELD_NAME) {
            routesSeen.put(json.currentName(), number(json));
          }
        }
        default -> json.skipChildren();
      }
    }
    expect(json.currentToken(), JsonToken.END_OBJECT);
    return new Positions(containers, routesSeen);
  }

  private static Container container(JsonParser json) throws IOException {
    Map<Integer, String> ids = new HashMap<>();
    Map<String, Long> since = new HashMap<>();
    Map<Key, Offsets> offsets = new HashMap<>();
    Map<Written, Long> sizes = new HashMap<>();
    expect(json.nextToken(), JsonToken.START_OBJECT);
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "ids" -> {
          while (json.nextToken() == JsonToken.FIELD_NAME) {
            ids.put(Integer.parseInt(json.currentName()), json.nextTextValue());
          }
        }
        case "since" -> {
          while (json.nextToken() == JsonToken.FIELD_NAME) {
            since.put(json.currentName(), number(json));
          }
        }
        case "offsets" -> {
          while (json.nextToken() == JsonToken.START_ARRAY) {
            offset(json, offsets);
          }
        }
        case "sizes" -> {
          while (json.nextToken() == JsonToken.START_ARRAY) {
            sizes.put(new Written((int) number(json), number(json)), number(json));
            expect(json.nextToken(), JsonToken.END_ARRAY);
          }
        }
        default -> json.skipChildren();
      }
    }
    return new Container(ids, since, offsets, sizes);
  }

  private static void offset(JsonParser json, Map<Key, Offsets> offsets) throws IOException {
    int restart = (int) number(json);
    long head = number(json);
    String route = json.nextTextValue();
    long stdout = number(json);
    long stderr = number(json);
    expect(json.nextToken(), JsonToken.END_ARRAY);
    if (route == null || stdout < 0 || stderr < 0) {
      throw new IOException("an offset that is none");
    }
    offsets.put(new Key(restart, head, route), new Offsets(stdout, stderr));
  }

  private static long number(JsonParser json) throws IOException {
    expect(json.nextToken(), JsonToken.VALUE_NUMBER_INT);
    return json.getLongValue();
  }

  private static void expect(JsonToken found, JsonToken wanted) throws IOException {
    if (found != wanted) {
      throw new IOException("expected " + wanted + ", found " + found);
    }
  }

  /**
   * Writes the positions; when it returns they are on disk.
   *
   * @throws IOException when they are not; the old file is untouched then
   */
  public void write(Positions positions) throws IOException {
    Path temporary = file.resolveSibling(NAME + ".tmp");
    try (FileChannel channel =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(encode(positions));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel folder = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
      folder.force(true);
    }
  }

  private static byte[] encode(Positions positions) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("crc32c", "00000000");
      json.writeNumberField("version", VERSION);
      json.writeObjectFieldStart("containers");
      for (Map.Entry<String, Container> entry : positions.containers().entrySet()) {
        json.writeObjectFieldStart(entry.getKey());
        container(json, entry.getValue());
        json.writeEndObject();
      }
      json.writeEndObject();
      json.writeObjectFieldStart("routesSeen");
      for (Map.Entry<String, Long> seen : positions.routesSeenEpochNanos().entrySet()) {
        json.writeNumberField(seen.getKey(), seen.getValue());
      }
      json.writeEndObject();
      json.writeEndObject();
    }
    byte[] document = out.toByteArray();
    byte[] seal = sealOf(document);
    System.arraycopy(seal, 0, document, 0, seal.length);
    return document;
  }

  private static void container(JsonGenerator json, Container container) throws IOException {
    json.writeObjectFieldStart("ids");
    for (Map.Entry<Integer, String> id : container.ids().entrySet()) {
      json.writeStringField(Integer.toString(id.getKey()), id.getValue());
    }
    json.writeEndObject();
    json.writeObjectFieldStart("since");
    for (Map.Entry<String, Long> since : container.sinceEpochNanos().entrySet()) {
      json.writeNumberField(since.getKey(), since.getValue());
    }
    json.writeEndObject();
    json.writeArrayFieldStart("offsets");
    for (Map.Entry<Key, Offsets> entry : container.offsets().entrySet()) {
      json.writeStartArray();
      json.writeNumber(entry.getKey().restart());
      json.writeNumber(entry.getKey().head());
      json.writeString(entry.getKey().route());
      json.writeNumber(entry.getValue().stdout());
      json.writeNumber(entry.getValue().stderr());
      json.writeEndArray();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("sizes");
    for (Map.Entry<Written, Long> entry : container.sizes().entrySet()) {
      json.writeStartArray();
      json.writeNumber(entry.getKey().restart());
      json.writeNumber(entry.getKey().head());
      json.writeNumber(entry.getValue());
      json.writeEndArray();
    }
    json.writeEndArray();
  }
}
