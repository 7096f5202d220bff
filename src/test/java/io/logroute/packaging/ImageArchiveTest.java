// SPDX-License-Identifier: Apache-2.0
package io.logroute.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archive that {@code src/main/image} writes, upon an ordinary base image. */
class ImageArchiveTest {

  @TempDir private Path folder;

  @Test
  void shouldPutItsLayersUponThoseOfABase() throws IOException {
    Path system = Files.createDirectories(folder.resolve("system/etc"));
    Files.writeString(system.resolve("os-release"), "the base\n");
    Path base = archive("base", List.of(), folder.resolve("system"));
    Path unpackedBase = unpack(base);
    compressLayer(unpackedBase);
    Path app = Files.createDirectories(folder.resolve("app/opt"));
    Files.writeString(app.resolve("program"), "ours\n");

    Path image = unpack(archive("image", List.of("--base=" + unpackedBase), folder.resolve("app")));

    JsonNode manifest = new ObjectMapper().readTree(image.resolve("manifest.json").toFile()).get(0);
    JsonNode config =
        new ObjectMapper().readTree(image.resolve(manifest.get("Config").asText()).toFile());
    assertThat(manifest.get("Layers")).hasSize(2);
    assertThat(config.at("/config/Entrypoint/0").asText()).isEqualTo("logroute");
    List<String> contents = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Path layer = image.resolve(manifest.get("Layers").get(i).asText());
      assertThat(config.at("/rootfs/diff_ids").get(i).asText())
          .isEqualTo(
              "sha256:" + Command.run("sha256sum", layer.toString()).outOrFail().split(" ")[0]);
      contents.add(Command.run("tar", "-tf", layer.toString()).outOrFail());
    }
    assertThat(contents.get(0)).contains("etc/os-release");
    assertThat(contents.get(1)).contains("opt/program");
  }

  /** As registries keep them. */
  private static void compressLayer(Path unpacked) throws IOException {
    JsonNode manifest =
        new ObjectMapper().readTree(unpacked.resolve("manifest.json").toFile()).get(0);
    Path layer = unpacked.resolve(manifest.get("Layers").get(0).asText());
    Command.run("gzip", layer.toString()).outOrFail();
    Files.move(layer.resolveSibling(layer.getFileName() + ".gz"), layer);
  }

  private Path archive(String name, List<String> options, Path layer) {
    Path file = folder.resolve(name + ".tar");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("src/main/image/ImageArchive.java");
    command.addAll(options);
    command.addAll(List.of(file.toString(), "test/" + name + ":1", "1", "2026-01-01T00:00:00Z"));
    command.add(layer.toString());
    Command.run(command).outOrFail();
    return file;
  }

  private Path unpack(Path archive) throws IOException {
    Path target =
        Files.createDirectories(folder.resolve("unpacked-" + archive.getFileName().toString()));
    Command.run("tar", "-xf", archive.toString(), "-C", target.toString()).outOrFail();
    return target;
  }
}
