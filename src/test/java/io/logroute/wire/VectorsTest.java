// SPDX-License-Identifier: Apache-2.0
package io.logroute.wire;

import static io.logroute.wire.Samples.ascii;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What docs/acked-protocol.md says in hexadecimal is what is written and read. */
class VectorsTest {

  private static final Path DOCUMENT = Path.of("docs/acked-protocol.md");
  private static final Pattern VECTOR =
      Pattern.compile("^\\*\\*([\\w ]+)\\*\\*.*\n\n```hex\n([^`]+)```", Pattern.MULTILINE);
  private static final HexFormat HEX = HexFormat.of();

  static final long SESSION = 0x1122334455667788L;

  private final MessageEncoder encoder = new MessageEncoder();
  private final MessageDecoder decoder = new MessageDecoder();

  @Test
  void shouldWriteWhatTheDocumentSays() throws IOException {
    Map<String, String> documented = documented();
    Map<String, String> written = new LinkedHashMap<>();
    messages().forEach((name, message) -> written.put(name, HEX.formatHex(encode(message))));
    written.put("BATCH", HEX.formatHex(batch()));
    assertThat(documented).containsAllEntriesOf(written);
  }

  @Test
  void shouldReadWhatTheDocumentSays() throws IOException {
    Map<String, String> documented = documented();
    messages()
        .forEach(
            (name, message) -> {
              byte[] bytes = HEX.parseHex(documented.getOrDefault(name, ""));
              assertThat(decoder.decode(bytes)).as(name).isEqualTo(message);
            });
    Message read = decoder.decode(HEX.parseHex(documented.getOrDefault("BATCH", "")));
    assertThat(read).isInstanceOf(BatchReader.class);
    BatchReader batch = (BatchReader) read;
    assertThat(batch.session()).isEqualTo(SESSION);
    assertThat(batch.number()).isEqualTo(3);
    assertThat(Samples.lines(batch)).isEqualTo(lines());
  }

  @Test
  void shouldRefuseWhatTheDocumentCallsMalformed() throws IOException {
    Map<String, String> documented = documented();
    List<String> problems = new ArrayList<>();
    documented.forEach(
        (name, hex) -> {
          if (name.startsWith("malformed")) {
            Message message = decoder.decode(HEX.parseHex(hex));
            assertThat(message).as(name).isInstanceOf(Message.Malformed.class);
            problems.add(((Message.Malformed) message).problem());
          }
        });
    assertThat(problems)
        .containsExactly(
            "a PING has a wrong checksum",
            "a PING is too long",
            "a BATCH has no lines",
            "a line is longer than its message or the limit");
  }

  @Test
  void shouldSkipWhatALaterVersionAddsToAHello() throws IOException {
    Message later =
        decoder.decode(HEX.parseHex(documented().getOrDefault("HELLO of the future", "")));
    assertThat(later).isInstanceOf(Message.Hello.class);
    assertThat(((Message.Hello) later).maxVersion()).isEqualTo(9);
  }

  private static Map<String, String> documented() throws IOException {
    Map<String, String> vectors = new LinkedHashMap<>();
    Matcher matcher = VECTOR.matcher(Files.readString(DOCUMENT));
    while (matcher.find()) {
      vectors.put(matcher.group(1), matcher.group(2).replaceAll("#.*|\\s", ""));
    }
    return vectors;
  }

  private byte[] encode(Message message) {
    return encoder.encode(message);
  }

  private static Map<String, Message> messages() {
    Map<String, Message> messages = new LinkedHashMap<>();
    messages.put("HELLO", new Message.Hello(SESSION, 1, 1, 0, "c1", "node-1", "logroute/1.0"));
    messages.put(
        "WELCOME",
        new Message.Welcome(
            SESSION,
            1,
            0,
            0x0001020304050607L,
            0x08090A0B0C0D0E0FL,
            4 << 20,
            17 << 20,
            16_384,
            "r/1"));
    messages.put(
        "STREAM",
        new Message.Stream(
            SESSION,
            1,
            new StreamIdentity(
                "c1",
                "node-1",
                "t1",
                "s1",
                "team-a/web",
                "team-a",
                "web-0",
                "0c6c8d3e",
                "app",
                2,
                StandardStream.STDOUT,
                0x7E07E2B2902A0400L)));
    messages.put(
        "ACK",
        new Message.Ack(
            SESSION, List.of(new Message.Taken(1, 87), new Message.Taken(2, 5_000_000_000L))));
    messages.put("REFUSE", new Message.Refuse(SESSION, Refusal.GAP, 0, "batch 4 is missing"));
    messages.put("END", new Message.End(SESSION, 1, true));
    messages.put("PING", new Message.Ping(SESSION, 7));
    messages.put("PONG", new Message.Pong(SESSION, 7));
    messages.put("BYE", new Message.Bye(SESSION));
    messages.put("CLOSING", new Message.Closing(SESSION));
    return messages;
  }

  private static List<Samples.Line> lines() {
    long time = 1_790_000_000_123_456_789L;
    return List.of(
        line(1, 0, 46, time, 0, "first", true),
        line(1, 46, 87, time + 1_000, 0, "", false),
        line(2, 87, 5_000_000_000L, time - 1, LineFlags.TRUNCATED, "error", true),
        line(
            1,
            5_000_000_000L,
            5_000_000_043L,
            Long.MIN_VALUE,
            LineFlags.CARRIED,
            "\u0000\r",
            true));
  }

  private static Samples.Line line(
      int stream, long start, long end, long time, int flags, String text, boolean run) {
    byte[] bytes = ascii(text);
    return new Samples.Line(
        stream, start, end, time, flags, Samples.bytes(bytes, 0, bytes.length), run);
  }

  private static byte[] batch() {
    byte[] target = new byte[1000];
    BatchWriter writer = new BatchWriter();
    writer.begin(target, target.length);
    for (Samples.Line line : lines()) {
      byte[] bytes = new byte[line.bytes().size()];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = line.bytes().get(i);
      }
      writer.add(
          line.stream(),
          line.start(),
          line.end(),
          line.epochNanos(),
          line.flags(),
          bytes,
          0,
          bytes.length);
    }
    return Arrays.copyOf(target, writer.finish(SESSION, 3));
  }
}
