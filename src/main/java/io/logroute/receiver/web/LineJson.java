// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import io.logroute.receiver.search.FoundLine;
import io.logroute.receiver.store.Origin;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** Lines as JSON. Bytes that are no UTF-8 become U+FFFD there; plain text has them as they are. */
final class LineJson {

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
          .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
          .build();

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.nnnnnnnnn'Z'").withZone(ZoneOffset.UTC);

  private LineJson() {}

  /** Leaves {@code out} open. */
  static JsonGenerator to(OutputStream out) throws IOException {
    return FACTORY.createGenerator(out).setRootValueSeparator(null);
  }

  static void write(JsonGenerator json, FoundLine line) throws IOException {
    Origin origin = line.origin();
    json.writeStartObject();
    json.writeStringField("time", time(line.nanos()));
    json.writeStringField("stream", line.stream());
    text(json, "namespace", origin.namespace());
    text(json, "pod", origin.pod());
    text(json, "container", origin.container());
    if (origin.restart() >= 0) {
      json.writeNumberField("restart", origin.restart());
    }
    text(json, "tag", origin.tag());
    if (line.isTruncated()) {
      json.writeBooleanField("truncated", true);
    }
    json.writeStringField("line", new String(line.line(), UTF_8));
    json.writeStringField("id", line.place());
    json.writeEndObject();
  }

  private static void text(JsonGenerator json, String name, @Nullable String value)
      throws IOException {
    if (value != null) {
      json.writeStringField(name, value);
    }
  }

  private static String time(long nanos) {
    return TIME.format(
        Instant.ofEpochSecond(
            Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L)));
  }
}
