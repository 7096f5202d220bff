// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

/**
 * Lines and bytes of one route's reading of one container since its last mark, in bytes of the
 * file, headers and line feeds included: every byte that was read ends in one of these. Filled by
 * the pipeline's thread, then handed on and never changed again.
 */
final class FeedCount {

  long sentLines;
  long sentBytes;
  long unsubscribedLines;
  long unsubscribedBytes;
  long limitedLines;
  long limitedBytes;
  long overflownLines;
  long overflownBytes;
  long notSelectedBytes;

  /** Taken over in an earlier life of the agent. */
  long repeatedBytes;

  long droppedBytes() {
    return unsubscribedBytes + limitedBytes + overflownBytes;
  }

  long bytes() {
    return sentBytes + droppedBytes() + notSelectedBytes + repeatedBytes;
  }

  void add(FeedCount more) {
    sentLines += more.sentLines;
    sentBytes += more.sentBytes;
    unsubscribedLines += more.unsubscribedLines;
    unsubscribedBytes += more.unsubscribedBytes;
    limitedLines += more.limitedLines;
    limitedBytes += more.limitedBytes;
    overflownLines += more.overflownLines;
    overflownBytes += more.overflownBytes;
    notSelectedBytes += more.notSelectedBytes;
    repeatedBytes += more.repeatedBytes;
  }
}
