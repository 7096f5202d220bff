// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.logroute.receiver.sink.AckedStream;
import io.logroute.receiver.store.StoredLog;
import io.logroute.wire.StandardStream;
import io.logroute.wire.StreamIdentity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a receiver has stored of a container's stream files, tenant {@code t}, service {@code app}.
 */
final class StoredLines {

  private StoredLines() {}

  /** The lines of both streams that one route brought, in the order in which they are stored. */
  static List<String> of(Path data, String route, ContainerWriter writer) throws IOException {
    String[] names = writer.key().split("[_/]");
    StreamIdentity identity =
        new StreamIdentity(
            "",
            "node-1",
            "t",
            "app",
            route,
            names[0],
            names[1],
            names[2],
            names[3],
            0,
            StandardStream.STDOUT,
            1);
    List<String> lines = new ArrayList<>();
    StoredLog.of(data, AckedStream.of(identity)).read(line -> lines.add(new String(line, UTF_8)));
    return lines;
  }
}
