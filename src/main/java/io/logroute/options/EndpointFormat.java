// SPDX-License-Identifier: Apache-2.0
package io.logroute.options;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The frames of a line at an endpoint that does not acknowledge. */
public enum EndpointFormat {

  /** Tenant id, service id, {@code <tag>: <line>}: Docker's zmq log driver. */
  THREE_FRAME("three-frame"),

  /**
   * One frame, {@code <container id>,<service id><line>}: what Rainbond's receiver takes in its
   * mode {@code zmq} (goodrain/rainbond, api/eventlog/store/manager.go, handleDockerLog). It finds
   * the parts by their place: 12 bytes, a comma, 32 bytes, the rest; and drops what has fewer than
   * 47 bytes.
   */
  RAINBOND_FRAME("rainbond-frame");

  /** Rainbond knows the length of these names of its own services. */
  private static final Set<String> RAINBONDS_OWN =
      Set.of("rbd-api", "rbd-worker", "rbd-gateway", "rbd-chaos");

  private static final int RAINBOND_ID_CHARS = 32;

  private final String text;

  EndpointFormat(String text) {
    this.text = text;
  }

  /** The name in resources and tables. */
  public String text() {
    return text;
  }

  /** The format of a name; empty when there is none. */
  public static Optional<EndpointFormat> of(String text) {
    return Arrays.stream(values()).filter(format -> format.text.equals(text)).findFirst();
  }

  /** All names, for a sentence. */
  public static String names() {
    return Arrays.stream(values()).map(EndpointFormat::text).collect(Collectors.joining(" or "));
  }

  /** Whether option {@code tag} says what stands before a line. */
  public boolean hasTag() {
    return this == THREE_FRAME;
  }

  /** Why lines of a service cannot go in this format, as a clause; empty when they can. */
  public Optional<String> serviceProblem(String serviceId) {
    boolean fits =
        this == THREE_FRAME
            || serviceId.length() == RAINBOND_ID_CHARS
            || RAINBONDS_OWN.contains(serviceId);
    return fits
        ? Optional.empty()
        : Optional.of(
            "service '%s' does not fit format %s: Rainbond's ids have 32 characters"
                .formatted(serviceId, text));
  }
}
