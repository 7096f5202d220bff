// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the log that an endpoint takes no lines, once each time, and that it takes them again.
 * Used by one thread.
 */
final class EndpointLog {

  private static final Logger LOG = LoggerFactory.getLogger(EndpointLog.class);

  private final Map<String, String> told = new HashMap<>();

  /**
   * Tells what is new.
   *
   * @param problems one sentence for each endpoint that takes no lines now, by its name
   */
  void tell(Map<String, String> problems) {
    problems.forEach(
        (endpoint, sentence) -> {
          if (told.putIfAbsent(endpoint, sentence) == null) {
            LOG.warn("{}", sentence);
          }
        });
    told.keySet()
        .removeIf(
            endpoint -> {
              boolean over = !problems.containsKey(endpoint);
              if (over) {
                LOG.info("endpoint {} takes lines, or is not asked to any more", endpoint);
              }
              return over;
            });
  }
}
