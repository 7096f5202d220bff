// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.EventHandler;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import java.util.Set;

/**
 * Wakes a controller for one of its resources, from any thread. What comes before the controller
 * runs is dropped: it looks at every resource when it starts.
 */
final class Triggers<P extends HasMetadata> extends AbstractEventSource<Void, P> {

  Triggers() {
    super(Void.class, "triggers");
  }

  /** Has the resource reconciled soon; nothing happens when there is none of that id. */
  void wake(ResourceID id) {
    EventHandler handler = getEventHandler();
    if (handler != null && isRunning()) {
      handler.handleEvent(new Event(id));
    }
  }

  @Override
  public Set<Void> getSecondaryResources(P primary) {
    return Set.of();
  }
}
