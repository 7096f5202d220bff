// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The table that an agent starts with when the API server is away. */
class TableStoreTest {

  private static final String OBJECT =
      """
      {"apiVersion":"logroute.io/v1alpha1","kind":"NodeRouteTable",
       "metadata":{"name":"n","uid":"u","generation":3,"managedFields":[{"manager":"m"}]},
       "spec":{"routes":[]},"status":{"observedGeneration":2}}
      """;

  @TempDir Path state;

  @Test
  void shouldGiveBackWhatItWasGiven() throws Exception {
    byte[] document = TableStore.document(object());

    new TableStore(state)
        .save(
            "something longer that stood there before".repeat(99).getBytes(StandardCharsets.UTF_8));
    new TableStore(state).save(document);

    JsonNode loaded = new TableStore(state).load().orElseThrow();
    assertThat(TableStore.document(loaded)).isEqualTo(document);
    assertThat(loaded.path("metadata").path("uid").asText()).isEqualTo("u");
    assertThat(state).isDirectoryNotContaining(file -> file.toString().endsWith(".tmp"));
  }

  @Test
  void shouldKeepOnlyIdentityAndSpec() throws Exception {
    assertThat(new String(TableStore.document(object()), StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"apiVersion\":\"logroute.io/v1alpha1\",\"kind\":\"NodeRouteTable\","
                + "\"metadata\":{\"name\":\"n\",\"uid\":\"u\",\"generation\":3},"
                + "\"spec\":{\"routes\":[]}}");
  }

  @Test
  void shouldBeEmptyWhenThereIsNone() {
    try (CapturedLog log = new CapturedLog()) {
      assertThat(new TableStore(state).load()).isEmpty();
      assertThat(log.lines("WARN", TableStore.class)).isEmpty();
    }
  }

  @Test
  void shouldBeEmptyAndSaySoWhenTheFileIsBroken() throws Exception {
    Files.writeString(state.resolve("table.json"), "{\"metadata\":{\"na");
    try (CapturedLog log = new CapturedLog()) {
      assertThat(new TableStore(state).load()).isEmpty();
      assertThat(log.lines("WARN", TableStore.class))
          .singleElement()
          .asString()
          .contains(state.resolve("table.json") + " is unusable, starting without it");
    }
  }

  @Test
  void shouldBeEmptyWhenAnyByteIsDamagedOrMissing() throws Exception {
    Path file = state.resolve("table.json");
    new TableStore(state).save(TableStore.document(object()));
    byte[] good = Files.readAllBytes(file);
    long seed = System.nanoTime();
    Random random = new Random(seed);
    try (CapturedLog log = new CapturedLog()) {
      for (int i = 0; i < good.length; i++) {
        byte[] bad = good.clone();
        bad[i] ^= (byte) (1 << random.nextInt(8));
        Files.write(file, bad);
        assertThat(new TableStore(state).load()).as("seed %d, byte %d", seed, i).isEmpty();
        Files.write(file, Arrays.copyOf(good, i));
        assertThat(new TableStore(state).load()).as("length %d", i).isEmpty();
      }
      assertThat(log.lines("WARN", TableStore.class)).hasSize(2 * good.length);
    }
    Files.write(file, good);
    assertThat(new TableStore(state).load()).isPresent();
  }

  @Test
  void shouldSaySoWhenNothingCanBeKept() throws Exception {
    Files.createDirectory(state.resolve("table.json.tmp"));
    try (CapturedLog log = new CapturedLog()) {
      new TableStore(state).save(TableStore.document(object()));
      assertThat(log.lines("WARN", TableStore.class))
          .singleElement()
          .asString()
          .contains("cannot be kept in " + state.resolve("table.json"));
    }
  }

  private static JsonNode object() throws Exception {
    return TableResource.json(OBJECT.getBytes(StandardCharsets.UTF_8));
  }
}
