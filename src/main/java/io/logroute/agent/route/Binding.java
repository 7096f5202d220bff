// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.route;

import io.logroute.table.NodeRouteTable.Endpoint;
import io.logroute.table.NodeRouteTable.Route;
import org.jspecify.annotations.Nullable;

/**
 * One route of one container, with all that the table says about it.
 *
 * @param endpoint absent for a driver that takes none
 * @param image of the container; empty unless a tag asks for it
 */
public record Binding(
    Route route, @Nullable Endpoint endpoint, String tenantId, String serviceId, String image) {}
