// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.driver.LogDriver;
import io.logroute.agent.driver.Target;

/**
 * One quantum: what is read, for whom, and who takes the lines.
 *
 * @param progress in the generation that is read
 * @param target of the container's instance that wrote it
 */
record Reading(Progress progress, Target target, LogDriver driver) {}
