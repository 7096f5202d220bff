// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A user's mistake is answered by one line on standard error and exit code 2. */
class AgentWrongInputIT {

  @TempDir Path folder;

  private NodeFolders node;

  @BeforeEach
  void prepare() {
    node = new NodeFolders(folder);
    node.route(new TableText().all().text());
  }

  @Test
  void shouldRefuseToStartWhenSomethingIsWrong() throws Exception {
    Path noTable = Files.writeString(folder.resolve("note.yaml"), "just: a note\n");
    Path noYaml = Files.writeString(folder.resolve("half.yaml"), "a: [\n");
    Path file = Files.writeString(folder.resolve("file"), "");
    assertRefused("no such file", "--routes", folder.resolve("missing.yaml").toString());
    assertRefused("note.yaml", "--routes", noTable.toString());
    assertRefused("half.yaml", "--routes", noYaml.toString());
    assertRefused("routes file " + folder, "--routes", folder.toString());
    assertRefused("is not a folder", "--state-dir", file.toString());
    assertRefused("--state-dir", "--state-dir", file.resolve("below").toString());
    assertRefused("cannot be written", "--state-dir", "/proc/logroute");
    assertRefused("--pods-dir", "--pods-dir", folder.resolve("none").toString());
    assertRefused("--pods-dir", "--pods-dir", file.toString());
    assertRefused("--no-such-option", "--no-such-option", "x");
    assertRefused("HOST:PORT", "--http", "nonsense");
    assertRefused("HOST:PORT", "--http", "127.0.0.1:99999");
    assertRefused("--grace-ms", "--grace-ms", "soon");
  }

  @Test
  void shouldRefuseToStartWhenThePortIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      assertRefused(address, "--http", address);
    }
  }

  @Test
  void shouldRefuseToStartWhenAnotherAgentHasTheStateFolder() throws Exception {
    try (AgentProcess first = AgentProcess.start(node)) {
      assertRefused("in use by another agent");
      assertThat(first.get("/healthz").statusCode()).isEqualTo(200);
    }
  }

  private void assertRefused(String part, String... options)
      throws IOException, InterruptedException {
    Map<String, String> given = new LinkedHashMap<>();
    given.put("--routes", node.routes().toString());
    given.put("--pods-dir", node.pods().toString());
    given.put("--containers-dir", node.containers().toString());
    given.put("--state-dir", node.state().toString());
    given.put("--http", "127.0.0.1:0");
    for (int i = 0; i + 1 < options.length; i += 2) {
      given.put(options[i], options[i + 1]);
    }
    List<String> command = AgentProcess.command("agent");
    given.forEach((option, value) -> command.addAll(List.of(option, value)));
    Path errors = folder.resolve("stderr");
    Process process =
        new ProcessBuilder(command)
            .redirectError(errors.toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("the end of %s", command).isTrue();
      assertThat(Files.readAllLines(errors)).as("stderr of %s", List.of(options)).hasSize(1);
      assertThat(Files.readString(errors)).startsWith("logroute agent: ").contains(part);
      assertThat(process.exitValue()).as("exit code for %s", List.of(options)).isEqualTo(2);
    } finally {
      process.destroyForcibly();
    }
  }
}
