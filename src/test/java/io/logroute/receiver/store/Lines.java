// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.logroute.receiver.sink.LineBatch;
import io.logroute.receiver.sink.ReceivedLine;
import io.logroute.receiver.sink.TaggedStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Lines as tests write them, one char a byte. */
final class Lines {

  static final TaggedStream WEB = new TaggedStream("t1", "web", "0123456789ab");

  private Lines() {}

  static ReceivedLine line(TaggedStream stream, String line) {
    String tag = stream.tag() + ": ";
    return new ReceivedLine(stream, (tag + line).getBytes(ISO_8859_1), tag.length());
  }

  static LineBatch batch(Instant at, TaggedStream stream, String... lines) {
    return new LineBatch(at, Stream.of(lines).map(line -> line(stream, line)).toList());
  }

  static List<String> stored(Path root, TaggedStream stream) throws IOException {
    List<String> lines = new ArrayList<>();
    StoredLog.of(root, stream.tenantId(), stream.serviceId(), stream.tag())
        .read(line -> lines.add(new String(line, ISO_8859_1)));
    return lines;
  }
}
