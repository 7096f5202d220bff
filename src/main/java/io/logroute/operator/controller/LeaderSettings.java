// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import org.jspecify.annotations.Nullable;

/**
 * How an operator shares the work with others of its kind: one works, the others stand by.
 *
 * @param namespace where the Lease is
 * @param identity what no other operator calls itself
 * @param deployment the Deployment that the operators are of, with which the Lease is to go;
 *     absent: the Lease stays
 */
public record LeaderSettings(String namespace, String identity, @Nullable String deployment) {

  /** The name of the Lease, whatever the installation is called. */
  public static final String LEASE = "logroute-operator";
}
