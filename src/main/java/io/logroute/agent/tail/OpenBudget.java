// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.tail;

/**
 * How many log files may be open, and how many are, as far as the sweeping thread has counted. A
 * file that finds no room is opened for a moment, to know it again, and closed. One thread only.
 */
public final class OpenBudget {

  private final int max;
  private int open;

  public OpenBudget(int max) {
    this.max = max;
  }

  public int max() {
    return max;
  }

  /** Notes how many are open now. */
  public void recount(int count) {
    open = count;
  }

  void opened() {
    open++;
  }

  void closed() {
    open--;
  }

  boolean isExceeded() {
    return open > max;
  }

  boolean isFull() {
    return open >= max;
  }
}
