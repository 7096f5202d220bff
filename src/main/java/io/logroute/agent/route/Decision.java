// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.route;

import java.util.List;

/** What a table says about a container. */
public sealed interface Decision {

  /** No entry covers its pod yet: its files are held, and nothing is read. */
  record Undecided() implements Decision {}

  /** Its routes; none: nobody wants its lines. */
  record Decided(List<Binding> bindings) implements Decision {
    public Decided {
      bindings = List.copyOf(bindings);
    }
  }
}
