// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.logroute.operator.manifest.AgentSettings;
import org.jspecify.annotations.Nullable;

/**
 * How an operator runs.
 *
 * @param agents where agents run, and with which image when a LogAgent names none
 * @param inlineAddressesAllowed whether a route may name an address itself
 * @param createDefaultLogAgent whether to make a LogAgent {@code default} when there is none at all
 * @param leader how it shares the work with others; absent: it is alone, and works at once
 */
public record OperatorSettings(
    AgentSettings agents,
    boolean inlineAddressesAllowed,
    boolean createDefaultLogAgent,
    @Nullable LeaderSettings leader) {}
