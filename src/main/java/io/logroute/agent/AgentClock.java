// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import java.time.Instant;

/**
 * The time as the agent's threads take it. A test that steps those threads itself brings its own,
 * so that thirty seconds take no time and a seed gives the same run again.
 */
interface AgentClock {

  /** The machine's own. */
  AgentClock SYSTEM =
      new AgentClock() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public Instant now() {
          return Instant.now();
        }
      };

  /** Nanoseconds that only grow, see {@link System#nanoTime}. */
  long nanoTime();

  /** The time of day, which may step. */
  Instant now();
}
