// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.cri;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Lines whose end is still to come take no more memory than there is. */
class PartialLineTest {

  private static final int PIECE_BYTES = 16 * 1024;
  private static final byte[] PIECE = new byte[PIECE_BYTES];

  @Test
  void shouldKeepOnlyItsLengthWhenThereIsNoMemory() {
    LineMemory memory = new LineMemory(100_000);
    PartialLine first = new PartialLine(1 << 20, memory);
    PartialLine second = new PartialLine(1 << 20, memory);
    Arrays.fill(PIECE, (byte) 'x');
    for (int i = 0; i < 4; i++) {
      first.append(PIECE, 0, PIECE_BYTES);
    }
    assertThat(first.isSpilled()).isFalse();
    assertThat(memory.leftBytes()).isEqualTo(100_000 - 4 * PIECE_BYTES);
    second.append(PIECE, 0, PIECE_BYTES);
    second.append(PIECE, 0, PIECE_BYTES);
    second.append(PIECE, 0, PIECE_BYTES);
    assertThat(second.isSpilled()).isTrue();
    assertThat(second.isOpen()).isTrue();
    assertThat(second.totalBytes()).isEqualTo(3L * PIECE_BYTES);
    assertThat(memory.leftBytes()).isEqualTo(100_000 - 4 * PIECE_BYTES);

    first.clear();
    second.append(PIECE, 0, 1);
    assertThat(second.isSpilled()).isTrue();
    second.clear();
    assertThat(memory.leftBytes()).isEqualTo(100_000);
    second.append(PIECE, 0, PIECE_BYTES);
    assertThat(second.isSpilled()).isFalse();
    assertThat(second.length()).isEqualTo(PIECE_BYTES);
  }

  @Test
  void shouldCountWhatIsOverTheLimit() {
    LineMemory memory = new LineMemory(Long.MAX_VALUE);
    PartialLine line = new PartialLine(20_000, memory);
    line.append(PIECE, 0, PIECE_BYTES);
    line.append(PIECE, 0, PIECE_BYTES);
    assertThat(line.length()).isEqualTo(20_000);
    assertThat(line.totalBytes()).isEqualTo(2L * PIECE_BYTES);
    assertThat(memory.leftBytes()).isEqualTo(Long.MAX_VALUE - 20_000);
    line.rewindTo(PIECE_BYTES);
    assertThat(line.length()).isEqualTo(PIECE_BYTES);
  }
}
