// SPDX-License-Identifier: Apache-2.0
package io.logroute.wire;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What a stream of lines is: one standard stream of one generation of one container instance, by
 * one route. Together with a line's end offset it names the line for ever, so a receiver stores a
 * line once.
 *
 * @param cluster uid of the cluster; may be empty
 * @param node the node's name
 * @param tenant the tenant id
 * @param service the service id
 * @param route the route that sends it; may be empty. Two routes of the same ids may pick different
 *     lines, so each has its own offsets
 * @param restart how often the container had been restarted
 * @param generation hash of the generation's first record; 0: not known, so nothing can be told
 *     apart and every line is stored
 */
public record StreamIdentity(
    String cluster,
    String node,
    String tenant,
    String service,
    String route,
    String namespace,
    String pod,
    String podUid,
    String container,
    int restart,
    StandardStream stream,
    long generation) {

  /** The first part that cannot be, as a sentence; null when all is well. */
  public @Nullable String problem() {
    String problem = firstNonNull(id("tenant", tenant), id("service", service));
    problem = firstNonNull(problem, name("namespace", namespace));
    problem = firstNonNull(problem, name("pod", pod));
    problem = firstNonNull(problem, name("podUid", podUid));
    problem = firstNonNull(problem, name("container", container));
    problem = firstNonNull(problem, name("node", node));
    problem = firstNonNull(problem, cluster.isEmpty() ? null : name("cluster", cluster));
    problem = firstNonNull(problem, text("route", route, WireLimits.MAX_ROUTE_BYTES));
    return restart < 0 ? firstNonNull(problem, "restart is negative") : problem;
  }

  private static @Nullable String firstNonNull(@Nullable String first, @Nullable String second) {
    return first != null ? first : second;
  }

  private static @Nullable String id(String what, String value) {
    return segment(what, value, WireLimits.MAX_ID_BYTES);
  }

  private static @Nullable String name(String what, String value) {
    return segment(what, value, WireLimits.MAX_NAME_BYTES);
  }

  private static @Nullable String segment(String what, String value, int maxBytes) {
    boolean good = !value.isEmpty() && value.length() <= maxBytes && !isDots(value);
    for (int i = 0; good && i < value.length(); i++) {
      good = isIdCharacter(value.charAt(i));
    }
    return good ? null : what + " must be 1 to " + maxBytes + " of A-Z a-z 0-9 . _ -, not . or ..";
  }

  private static @Nullable String text(String what, String value, int maxBytes) {
    return value.getBytes(StandardCharsets.UTF_8).length <= maxBytes
        ? null
        : what + " is longer than " + maxBytes + " bytes";
  }

  private static boolean isDots(String value) {
    return value.equals(".") || value.equals("..");
  }

  private static boolean isIdCharacter(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '.'
        || c == '_'
        || c == '-';
  }
}
