// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.driver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records whole, files rolled as Docker does. */
class JsonFileTest {

  @TempDir Path folder;

  private Path path(String suffix) {
    return folder.resolve("below/0-json.log" + suffix);
  }

  private static byte[] record(int number) {
    return "record %02d\n".formatted(number).getBytes(UTF_8);
  }

  @Test
  void shouldRollWhenAFileIsFull() throws IOException {
    JsonFile file = new JsonFile(path(""), 30, 3);
    for (int i = 0; i < 12; i++) {
      file.append(record(i));
    }
    file.close();
    assertThat(Files.readString(path(""))).isEqualTo("record 09\nrecord 10\nrecord 11\n");
    assertThat(Files.readString(path(".1"))).isEqualTo("record 06\nrecord 07\nrecord 08\n");
    assertThat(Files.readString(path(".2"))).isEqualTo("record 03\nrecord 04\nrecord 05\n");
    assertThat(path(".3")).doesNotExist();
  }

  @Test
  void shouldKeepOneFileWhenOneIsAllowed() throws IOException {
    JsonFile file = new JsonFile(path(""), 10, 1);
    file.append(record(1));
    file.append(record(2));
    file.close();
    assertThat(Files.readString(path(""))).isEqualTo("record 02\n");
    assertThat(path(".1")).doesNotExist();
  }

  @Test
  void shouldTakeBackATornEndWhenItGoesOn() throws IOException {
    Files.createDirectories(folder.resolve("below"));
    Files.writeString(path(""), "record 01\nrec");
    JsonFile file = new JsonFile(path(""), 0, 1);
    file.append(record(2));
    file.close();
    assertThat(Files.readString(path(""))).isEqualTo("record 01\nrecord 02\n");
  }

  @Test
  void shouldWriteARecordThatIsLargerThanTheLimit() throws IOException {
    byte[] large = ("x".repeat(200_000) + "\n").getBytes(UTF_8);
    JsonFile file = new JsonFile(path(""), 1_000, 2);
    file.append(record(1));
    file.append(large);
    file.append(record(2));
    file.close();
    assertThat(Files.readAllBytes(path(".1"))).isEqualTo(large);
    assertThat(Files.readString(path(""))).isEqualTo("record 02\n");
  }
}
