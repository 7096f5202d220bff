// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.kubelet;

/**
 * One record as a runtime wrote it.
 *
 * @param offset in its file, uncompressed
 * @param length in bytes, its line feed included; of a torn record what is there
 * @param partial whether the line goes on in the stream's next record
 * @param content what the container wrote; of a record that is not CRI the whole of it
 * @param atNanos when, by the node's clock
 * @param late it went into a file that had been rotated for so long that nobody expected it
 */
public record WrittenRecord(
    WrittenFile file,
    long offset,
    int length,
    boolean stderr,
    boolean partial,
    byte[] content,
    long atNanos,
    boolean late) {

  /** Where the record behind it starts. */
  public long end() {
    return offset + length;
  }

  @Override
  public String toString() {
    return "%s[%d,%d) %s %s %s"
        .formatted(
            file,
            offset,
            end(),
            stderr ? "stderr" : "stdout",
            partial ? "P" : "F",
            content.length + " bytes" + (late ? " late" : ""));
  }
}
