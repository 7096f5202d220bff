// SPDX-License-Identifier: Apache-2.0
/**
 * Where the route table comes from: a file that is followed, or a watch of one object with the
 * JDK's HTTP client.
 */
@NullMarked
package io.logroute.agent.source;

import org.jspecify.annotations.NullMarked;
