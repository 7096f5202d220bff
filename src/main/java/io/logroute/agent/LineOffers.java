// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.driver.LogDriver;
import io.logroute.agent.driver.LogDriver.Outcome;
import io.logroute.agent.driver.LogLine;
import io.logroute.agent.route.RateLimiter;

/** Offers a feed's lines to the driver, within the route's rate, and counts what became of them. */
final class LineOffers {

  private final FeedAccount account;
  private final AgentMetrics metrics;
  private RateLimiter limiter;
  private String route;
  private boolean refused;

  LineOffers(RouteTerms terms, FeedAccount account, AgentMetrics metrics) {
    this.account = account;
    this.metrics = metrics;
    this.limiter = new RateLimiter(terms.binding().route().rateLimit());
    this.route = terms.binding().route().name();
  }

  void setTerms(RouteTerms terms) {
    limiter = new RateLimiter(terms.binding().route().rateLimit());
    route = terms.binding().route().name();
  }

  /** Whether the line that was offered last was refused until further notice. */
  boolean wasRefused() {
    return refused;
  }

  /**
   * Offers a line; false: not now, and nothing has changed.
   *
   * @param totalLength of the line before it was cut
   * @param recordBytes of the file that it takes
   */
  boolean offer(LogLine line, long totalLength, long recordBytes, LogDriver driver) {
    FeedCount count = account.unmarked();
    if (limiter.isLimited() && !limiter.allows(line.epochNanos())) {
      count.limitedLines++;
      count.limitedBytes += recordBytes;
      return true;
    }
    Outcome outcome = driver.log(line);
    if (outcome == Outcome.BUSY || outcome == Outcome.REFUSED) {
      refused = outcome == Outcome.REFUSED;
      return false;
    }
    if (outcome == Outcome.UNSUBSCRIBED) {
      count.unsubscribedLines++;
      count.unsubscribedBytes += recordBytes;
      return true;
    }
    limiter.take();
    count.sentLines++;
    count.sentBytes += recordBytes;
    if (totalLength > line.length()) {
      metrics.truncated(route, totalLength - line.length());
    }
    return true;
  }
}
