// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Passes a request to roll a file on to the one who writes to it: three-frame lines stand in {@code
 * <tenant>/<service>/}, acknowledged ones two folders deeper.
 */
public final class RollRequests implements Consumer<Path> {

  private static final int THREE_FRAME_NAMES = 3;

  private final Path root;
  private final FileSink sink;
  private final AckedFileSink ackedSink;

  public RollRequests(DataFolder folder, FileSink sink, AckedFileSink ackedSink) {
    this.root = folder.path();
    this.sink = sink;
    this.ackedSink = ackedSink;
  }

  @Override
  public void accept(Path current) {
    if (root.relativize(current).getNameCount() > THREE_FRAME_NAMES) {
      ackedSink.requestRoll(current);
    } else {
      sink.requestRoll(current);
    }
  }
}
