// SPDX-License-Identifier: Apache-2.0
package io.logroute.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds {@code crds/} to the types. To write it anew: {@code ./mvnw -q -B test -Dtest=CrdsTest
 * -Dcrds.write}.
 */
class CrdsTest {

  private static final Path CRDS = Path.of("crds");

  /** Above this a plain {@code kubectl apply} fails, whose annotation holds the whole object. */
  private static final long ANNOTATION_LIMIT_BYTES = 256 * 1024;

  @Test
  void shouldHoldWhatTheTypesGenerate(@TempDir Path generated) throws IOException {
    CrdGenerator.generate(generated);
    if (System.getProperty("crds.write") != null) {
      write(generated);
    }

    assertThat(read(CRDS))
        .as("crds/ is not what the types generate: ./mvnw -q -B test -Dtest=CrdsTest -Dcrds.write")
        .isEqualTo(read(generated));
  }

  @Test
  void shouldBeSmallEnoughForPlainApply() throws IOException {
    assertThat(read(CRDS))
        .isNotEmpty()
        .allSatisfy(
            (name, text) ->
                assertThat(text.length()).as(name).isLessThan((int) ANNOTATION_LIMIT_BYTES / 2));
  }

  private static void write(Path generated) throws IOException {
    Files.createDirectories(CRDS);
    for (Map.Entry<String, String> file : read(generated).entrySet()) {
      Files.writeString(CRDS.resolve(file.getKey()), file.getValue());
    }
  }

  private static Map<String, String> read(Path folder) throws IOException {
    Map<String, String> texts = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        texts.put(file.getFileName().toString(), Files.readString(file));
      }
    }
    return texts;
  }
}
