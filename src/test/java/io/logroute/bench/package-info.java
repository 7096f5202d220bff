// SPDX-License-Identifier: Apache-2.0
/**
 * What a line costs in each step of the agent's hot path, with JMH: run by {@code
 * src/test/bench/jmh.sh}, never as a test. The whole path is measured by {@code
 * src/test/bench/agent-bench.sh}.
 */
@NullMarked
package io.logroute.bench;

import org.jspecify.annotations.NullMarked;
