// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.driver;

/** Docker's {@code none}: the lines are not forwarded. */
final class NoneDriver implements LogDriver {

  static final String NAME = "none";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Outcome log(LogLine line) {
    return Outcome.TAKEN;
  }

  @Override
  public void close(long graceMs) {
    // holds nothing
  }
}
