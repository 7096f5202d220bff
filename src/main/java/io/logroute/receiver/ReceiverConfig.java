// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver;

import io.logroute.receiver.intake.BindAddress;
import io.logroute.receiver.intake.Curve;
import io.logroute.receiver.intake.SocketKind;
import io.logroute.receiver.store.StoreLimits;
import io.logroute.receiver.web.Access;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that can be set about a receiver, concluded before it starts.
 *
 * @param bind the sockets and their addresses, at least one
 * @param dataDir the folder of the store, made when it is not there
 * @param http where page, API, metrics and health are served; port 0: any free one
 * @param limits how much is kept, and in what pieces
 * @param upkeepEvery how often old files are looked after
 * @param access who may see which tenants' lines
 * @param curve what the acked socket takes connections with; null: no CURVE
 * @param sink what keeps the lines
 */
public record ReceiverConfig(
    Map<SocketKind, BindAddress> bind,
    Path dataDir,
    InetSocketAddress http,
    StoreLimits limits,
    Duration upkeepEvery,
    Access access,
    @Nullable Curve curve,
    SinkConfig sink) {

  public static final Duration DEFAULT_UPKEEP_EVERY = Duration.ofSeconds(10);

  public ReceiverConfig {
    bind = Map.copyOf(bind);
  }
}
