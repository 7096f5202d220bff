// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The links of /var/log/containers, and the names of pods' folders. */
class ContainerLinksTest {

  private static final String ID = "0123456789abcdef".repeat(4);

  @TempDir Path folder;

  private void link(String name, String target) throws IOException {
    Files.createSymbolicLink(folder.resolve(name), Path.of(target));
  }

  @Test
  void shouldKnowIdsByTheEndOfALinksTarget() throws IOException {
    link("web_ns_my-app-" + ID + ".log", "/var/log/pods/ns_web_uid-1/my-app/0.log");
    link("db_ns_app-" + ID + ".log", "../pods/ns_db_uid-2/app/3.log");
    link("cut_ns_app-0123456789abcde.log", "/elsewhere/ns_cut_uid-3/app/0.log");

    assertThat(new ContainerLinks(folder).idsByLogFile())
        .isEqualTo(
            Map.of(
                "ns_web_uid-1/my-app/0.log", ID,
                "ns_db_uid-2/app/3.log", ID,
                "ns_cut_uid-3/app/0.log", "0123456789abcde"));
  }

  @Test
  void shouldLeaveOutWhatNamesNoId() throws IOException {
    link("short_ns_app-0123456789a.log", "/p/ns_short_uid/app/0.log");
    link("upper_ns_app-" + ID.toUpperCase(Locale.ROOT) + ".log", "/p/a_b_c/app/0.log");
    link("name.log", "/p/a_b_c/app/0.log");
    link("flat_ns_app-" + ID + ".log", "0.log");
    link("other_ns_app-" + ID + ".txt", "/p/a_b_c/app/0.log");
    Files.writeString(folder.resolve("file_ns_app-" + ID + ".log"), "no link");

    assertThat(new ContainerLinks(folder).idsByLogFile()).isEmpty();
    assertThat(new ContainerLinks(folder.resolve("missing")).idsByLogFile()).isEmpty();
  }

  @Test
  void shouldParseAContainersFolder() {
    Path folder = Path.of("/var/log/pods/ns_web_uid-1/my-app");
    ContainerFolder parsed = new ContainerFolder("ns", "web", "uid-1", "my-app", folder);
    assertThat(ContainerFolder.parse(folder)).isEqualTo(parsed);
    assertThat(parsed.key()).isEqualTo("ns_web_uid-1/my-app");
    for (String none : new String[] {"a_b", "a_b_c_d", "__", "_b_c", "a__c", "a_b_"}) {
      assertThat(ContainerFolder.parse(Path.of("/pods", none, "app"))).as(none).isNull();
    }
  }
}
