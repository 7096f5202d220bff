// SPDX-License-Identifier: Apache-2.0
package io.logroute.options;

/** Where a route with a driver that needs an address has it from. */
public enum AddressFrom {
  /** From the option {@code zmq-address}, which is therefore required. */
  OPTION,
  /** From the route itself ({@code zmqAddress}, {@code endpointRef}): the option may be absent. */
  ROUTE
}
