// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.status;

import java.util.List;
import java.util.SortedSet;

/**
 * What was found about a LogAgent.
 *
 * @param problems of the spec, as sentences; empty when it is valid
 * @param sharedNodes nodes that older LogAgents have too
 * @param olderAgents the names of those
 * @param oversizedNodes its nodes whose route table would be too large to be written
 */
public record AgentFindings(
    List<String> problems,
    SortedSet<String> sharedNodes,
    SortedSet<String> olderAgents,
    SortedSet<String> oversizedNodes) {

  public AgentFindings {
    problems = List.copyOf(problems);
  }
}
