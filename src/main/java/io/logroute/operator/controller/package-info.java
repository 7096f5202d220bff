// SPDX-License-Identifier: Apache-2.0
/**
 * Reconcilers and dependent resources: they read, call the pure parts, and write.
 *
 * <p>A change goes this way: an informer of {@link io.logroute.operator.controller.ClusterCache}
 * sees it, {@link io.logroute.operator.controller.ChangeRouter} decides whom it concerns, a trigger
 * wakes the controller for that one resource, and the controller works from what the cache has,
 * never from what the event had. The informers are shared, since both nodes and routes depend on
 * pods, and JOSDK would keep all pods once for each controller. {@link
 * io.logroute.operator.controller.Tables} remembers what it wrote, so that nothing is written when
 * nothing changed; a table that somebody else changed is written again.
 */
@NullMarked
package io.logroute.operator.controller;

import org.jspecify.annotations.NullMarked;
