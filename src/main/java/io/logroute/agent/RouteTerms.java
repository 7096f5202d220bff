// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.route.Binding;
import io.logroute.options.DeliveryMode;
import io.logroute.options.LogOptions;
import io.logroute.table.NodeRouteTable.Delivery;
import io.logroute.table.NodeRouteTable.Endpoint;
import io.logroute.table.NodeRouteTable.Stream;

/**
 * What a route asks of the reading of one container, concluded from its binding. Immutable.
 *
 * @param maxLineBytes of a longer line the beginning is sent
 * @param maxBacklogBytes unread bytes that are kept while the endpoint takes none; {@link
 *     Long#MAX_VALUE}: all of them
 * @param needsTime whether somebody looks at the lines' time
 */
record RouteTerms(
    Binding binding,
    boolean takesStdout,
    boolean takesStderr,
    int maxLineBytes,
    long maxBacklogBytes,
    boolean needsTime) {

  static RouteTerms of(Binding binding) {
    LogOptions options = LogOptions.parse(binding.route().options());
    return new RouteTerms(
        binding,
        binding.route().streams().contains(Stream.stdout),
        binding.route().streams().contains(Stream.stderr),
        (int) Math.min(Integer.MAX_VALUE - 8, binding.route().maxLineBytes()),
        options.mode() == DeliveryMode.NON_BLOCKING ? options.maxBufferBytes() : Long.MAX_VALUE,
        needsTime(binding));
  }

  private static boolean needsTime(Binding binding) {
    Endpoint endpoint = binding.endpoint();
    return binding.route().rateLimit() != null
        || endpoint == null
        || endpoint.delivery() == Delivery.AtLeastOnce;
  }

  boolean takes(boolean stderr) {
    return stderr ? takesStderr : takesStdout;
  }
}
