// SPDX-License-Identifier: Apache-2.0
package io.logroute.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoundTripTest {

  private static final int RUNS = 2_000;

  private final long seed = System.nanoTime();
  private final Samples samples = new Samples(seed);
  private final MessageEncoder encoder = new MessageEncoder();
  private final MessageDecoder decoder = new MessageDecoder();

  @Test
  void shouldGiveBackEveryControlMessage() {
    for (int run = 0; run < RUNS; run++) {
      Message message = samples.control();
      assertThat(decoder.decode(encoder.encode(message))).as("seed %d", seed).isEqualTo(message);
    }
  }

  @Test
  void shouldGiveBackEveryLineOfABatch() {
    for (int run = 0; run < RUNS; run++) {
      List<Samples.Line> lines = new ArrayList<>();
      byte[] message = samples.batch(8 * 1024, lines);
      BatchReader batch = read(message);
      assertThat(batch.lines()).as("seed %d", seed).isEqualTo(lines.size());
      assertThat(batch.messageBytes()).isEqualTo(message.length);
      assertThat(Samples.lines(batch)).as("seed %d", seed).isEqualTo(lines);
      batch.rewind();
      assertThat(Samples.lines(batch)).as("seed %d, again", seed).isEqualTo(lines);
    }
  }

  @Test
  void shouldReadACopyWhileTheDecoderGoesOn() {
    List<Samples.Line> lines = new ArrayList<>();
    byte[] message = samples.batch(8 * 1024, lines);
    BatchReader copy = read(message).copy();
    read(samples.batch(8 * 1024, new ArrayList<>()));
    assertThat(copy.lines()).isEqualTo(lines.size());
    assertThat(copy.messageBytes()).isEqualTo(message.length);
    assertThat(Samples.lines(copy)).as("seed %d", seed).isEqualTo(lines);
  }

  @Test
  void shouldKeepWhatWasWrittenWhenThereIsNoRoom() {
    byte[] target = new byte[200];
    byte[] line = new byte[20];
    BatchWriter writer = new BatchWriter();
    writer.begin(target, target.length);
    int end = 0;
    while (writer.add(1, end, end + 50, Long.MIN_VALUE, 0, line, 0, line.length)) {
      end += 50;
    }
    int lengthBefore = writer.length();
    assertThat(writer.add(1, end, end + 500, 0, 0, new byte[500], 0, 500)).isFalse();
    assertThat(writer.length()).isEqualTo(lengthBefore);
    byte[] message = Arrays.copyOf(target, writer.finish(7, 1));
    assertThat(Samples.lines(read(message))).hasSize(end / 50);
  }

  @Test
  void shouldAlwaysFitALineInTheRoomSaidToBeEnough() {
    byte[] line = new byte[100_000];
    byte[] target = new byte[BatchWriter.roomFor(line.length)];
    BatchWriter writer = new BatchWriter();
    writer.begin(target, target.length);
    long start = Long.MAX_VALUE - 1;
    assertThat(
            writer.add(
                Integer.MAX_VALUE, start, start + 1, Long.MIN_VALUE + 1, 0, line, 0, line.length))
        .isTrue();
    Message message = decoder.decode(target, writer.finish(-1, Long.MAX_VALUE));
    assertThat(message).isInstanceOf(BatchReader.class);
    BatchReader batch = (BatchReader) message;
    assertThat(batch.next()).isTrue();
    assertThat(batch.end()).isEqualTo(Long.MAX_VALUE);
    assertThat(batch.epochNanos()).isEqualTo(Long.MIN_VALUE + 1);
  }

  @Test
  void shouldCarryTheLongestLine() {
    byte[] line = new byte[WireLimits.MAX_LINE_BYTES];
    Arrays.fill(line, (byte) 'x');
    byte[] target = new byte[BatchWriter.roomFor(line.length)];
    BatchWriter writer = new BatchWriter();
    writer.begin(target, target.length);
    assertThat(writer.add(1, 0, line.length, 1, 0, line, 0, line.length)).isTrue();
    int length = writer.finish(1, 1);
    assertThat(length).isLessThanOrEqualTo(WireLimits.MAX_MESSAGE_BYTES);
    BatchReader batch = (BatchReader) decoder.decode(target, length);
    assertThat(batch.lineBytes()).isEqualTo(line.length);
  }

  @Test
  void shouldRefuseToWriteLinesThatGoBack() {
    BatchWriter writer = new BatchWriter();
    writer.begin(new byte[1000], 1000);
    writer.add(1, 10, 20, 0, 0, new byte[1], 0, 1);
    assertThatThrownBy(() -> writer.add(1, 19, 30, 0, 0, new byte[1], 0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("stream 1, offsets 19 to 30 after 20, 1 bytes: not a line that can be sent");
    assertThatThrownBy(() -> writer.add(1, 20, 20, 0, 0, new byte[1], 0, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> writer.add(0, 20, 30, 0, 0, new byte[1], 0, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(writer.lines()).isEqualTo(1);
  }

  @Test
  void shouldSendABatchAgainInAnotherSession() {
    List<Samples.Line> lines = new ArrayList<>();
    byte[] message = samples.batch(8 * 1024, lines);
    BatchWriter.restamp(message, message.length, 42, 7);
    BatchReader batch = read(message);
    assertThat(batch.session()).isEqualTo(42);
    assertThat(batch.number()).isEqualTo(7);
    assertThat(Samples.lines(batch)).as("seed %d", seed).isEqualTo(lines);
  }

  @Test
  void shouldCutTheSentenceOfARefusalAndKeepItInOneLine() {
    Message.Refuse refuse =
        new Message.Refuse(1, Refusal.MALFORMED, 0, "two\nlines" + "é".repeat(1000));
    Message.Refuse back = (Message.Refuse) decoder.decode(encoder.encode(refuse));
    assertThat(back.refusal()).isEqualTo(Refusal.MALFORMED);
    assertThat(back.sentence()).startsWith("two lines").hasSize(9 + (1024 - 9) / 2);
  }

  @Test
  void shouldTakeAnUnknownRefusalAsUnknown() {
    Message.Refuse back =
        (Message.Refuse) decoder.decode(encoder.encode(new Message.Refuse(1, 777, 0, "later")));
    assertThat(back.refusal()).isEqualTo(Refusal.UNKNOWN);
    assertThat(back.refusal().allowsNewSession()).isFalse();
  }

  private BatchReader read(byte[] message) {
    Message decoded = decoder.decode(message);
    assertThat(decoded).as("seed %d", seed).isInstanceOf(BatchReader.class);
    return (BatchReader) decoded;
  }
}
