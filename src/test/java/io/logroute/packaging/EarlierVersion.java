// SPDX-License-Identifier: Apache-2.0
package io.logroute.packaging;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Chart and image of an earlier commit of this repository, built once from its sources in {@code
 * target/earlier}.
 *
 * @param checkout the sources of then
 */
record EarlierVersion(Path checkout) {

  /**
   * Builds it, which takes some minutes, unless it is there.
   *
   * @param commit a name of a commit, as git takes it
   */
  static EarlierVersion of(String commit) {
    String id =
        Command.run("git", "rev-parse", "--verify", commit + "^{commit}").outOrFail().strip();
    EarlierVersion version =
        new EarlierVersion(Checkout.ROOT.resolve("target/earlier").resolve(id));
    if (!Files.exists(version.image())) {
      version.build(id);
    }
    return version;
  }

  private void build(String id) {
    try {
      Files.createDirectories(checkout);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String build =
        """
        git archive "$1" | tar -x -C "$0" && cd "$0" && JAVA_HOME="$2" exec ./mvnw -q -B -Pimage -DskipTests -Dspotless.check.skip package\
        """;
    Command.run("sh", "-c", build, checkout.toString(), id, System.getProperty("java.home"))
        .outOrFail();
  }

  /** A docker-archive. */
  Path image() {
    return checkout.resolve("target/logroute-image.tar");
  }

  /** The tag that its image has. */
  String version() {
    try (Stream<String> lines = Files.lines(Path.of(chart()).resolve("Chart.yaml"))) {
      return lines
          .filter(line -> line.startsWith("appVersion:"))
          .map(line -> line.substring("appVersion:".length()).replace("\"", "").strip())
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The folder of its chart. */
  String chart() {
    return checkout.resolve("charts/logroute").toString();
  }
}
