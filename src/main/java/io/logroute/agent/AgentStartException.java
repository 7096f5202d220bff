// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

/** Why the agent cannot start: one sentence for whoever started it. */
public final class AgentStartException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public AgentStartException(String message) {
    super(message);
  }
}
