// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.driver.zmq;

import io.logroute.options.TcpAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The lookup of an address's host, on a thread of its own: JeroMQ would look it up on its I/O
 * thread, and a slow name server would hold up all that this thread serves.
 */
final class Resolution {

  private final CompletableFuture<@Nullable String> answer = new CompletableFuture<>();

  Resolution(TcpAddress address, Runnable wakeUp) {
    Thread.ofVirtual()
        .start(
            () -> {
              answer.complete(lookUp(address));
              wakeUp.run();
            });
  }

  private static @Nullable String lookUp(TcpAddress address) {
    try {
      String ip = InetAddress.getByName(address.host()).getHostAddress();
      return new TcpAddress(ip, address.port()).toString();
    } catch (UnknownHostException e) {
      return null;
    }
  }

  boolean isDone() {
    return answer.isDone();
  }

  /** The address with the host's IP address; null when there is none. */
  @Nullable String address() {
    return answer.join();
  }
}
