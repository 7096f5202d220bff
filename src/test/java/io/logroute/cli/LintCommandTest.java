// SPDX-License-Identifier: Apache-2.0
package io.logroute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command line of {@code lint} on real files: what is printed where, and the exit code. */
class LintCommandTest {

  private static final String GOOD =
      """
      apiVersion: logroute.io/v1alpha1
      kind: LogRoute
      metadata: {name: web, namespace: team-a}
      spec:
        zmqAddress: tcp://10.0.0.5:5555
      """;
  private static final String BAD = GOOD + "  options: {mode: async, labels: x}\n";
  private static final String TEMPLATE = "metadata:\n  name: {{ .Release.Name }}\n";

  @TempDir private Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void shouldExitWithZeroWhenNothingIsWrong() throws IOException {
    write("a/route.yaml", GOOD);
    write("a/other.yml", "kind: Deployment");
    assertThat(lint(folder.toString())).isZero();
    assertThat(out).hasToString("1 resource in 2 files: 0 errors, 0 warnings\n");
    assertThat(err).hasToString("");
  }

  @Test
  void shouldPrintOneLineAProblemAndExitWithOneWhenSomethingIsWrong() throws IOException {
    Path file = write("b/route.json.yaml", BAD);
    assertThat(lint(folder.toString())).isEqualTo(1);
    assertThat(out.toString().lines())
        .containsExactly(
            file + ":6:13: error: LogRoute team-a/web: logger: logging mode not supported: async",
            file + ":6:26: error: LogRoute team-a/web: unknown log opt 'labels' for zmq log driver",
            "1 resource in 1 file: 2 errors, 0 warnings");
    assertThat(err).hasToString("");
  }

  @Test
  void shouldExitWithTwoAndOneLineEachWhenFilesCannotBeRead() throws IOException {
    Path template = write("chart/templates/x.yaml", TEMPLATE);
    write("route.yaml", BAD);
    Path missing = folder.resolve("missing.yaml");
    assertThat(lint(folder.toString(), missing.toString())).isEqualTo(2);
    assertThat(err.toString().lines())
        .containsExactly(
            "logroute lint: could not read "
                + template
                + ":2:10: a name must be text; it looks like a Helm template: lint what helm"
                + " template makes of it",
            "logroute lint: could not read " + missing + ": no such file or folder");
    assertThat(out.toString())
        .contains("unknown log opt 'labels'")
        .contains("2 files not readable");
  }

  @Test
  void shouldReadStandardInputWhenThePathIsADash() {
    assertThat(lintInput(BAD, "-")).isEqualTo(1);
    assertThat(out.toString()).startsWith("<stdin>:6:13: error: ");
  }

  @Test
  void shouldPrintWorkflowCommandsWhenAskedForGithub() throws IOException {
    Path file = write("a,b%.yaml", BAD);
    assertThat(lint("--output", "github", file.toString())).isEqualTo(1);
    assertThat(out.toString().lines().findFirst())
        .hasValue(
            "::error file="
                + folder
                + "/a%2Cb%25.yaml,line=6,col=13,title=LogRoute team-a/web::logger: logging mode not"
                + " supported: async");
  }

  @Test
  void shouldPrintOneDocumentWhenAskedForJson() throws IOException {
    Path file = write("route.yaml", BAD);
    assertThat(lint("--output=json", file.toString())).isEqualTo(1);
    JsonNode report = new ObjectMapper().readTree(out.toString());
    assertThat(report.path("resources").asInt()).isEqualTo(1);
    JsonNode problem = report.path("problems").path(0);
    assertThat(problem.path("file").asText()).isEqualTo(file.toString());
    assertThat(problem.path("line").asInt()).isEqualTo(6);
    assertThat(problem.path("column").asInt()).isEqualTo(13);
    assertThat(problem.path("severity").asText()).isEqualTo("error");
    assertThat(problem.path("object").asText()).isEqualTo("LogRoute team-a/web");
    assertThat(problem.path("field").asText()).isEqualTo("spec.options.mode");
    assertThat(problem.path("message").asText())
        .isEqualTo("logger: logging mode not supported: async");
  }

  @Test
  void shouldLeaveOutHiddenFoldersAndOtherFilesWhenGivenAFolder() throws IOException {
    write(".git/x.yaml", BAD);
    write("notes.md", BAD);
    write("route.json", "{\"kind\": \"x\"}");
    assertThat(lint(folder.toString())).isZero();
    assertThat(out.toString()).startsWith("0 resources in 1 file");
  }

  @Test
  void shouldSayTheMistakeInOneLineWhenTheUsageIsWrong() {
    assertThat(lint()).isEqualTo(2);
    assertThat(lint("--output", "xml", "x.yaml")).isEqualTo(2);
    assertThat(lint("--no-such-option", "x.yaml")).isEqualTo(2);
    assertThat(err.toString().lines())
        .hasSize(3)
        .allSatisfy(l -> assertThat(l).startsWith("logroute lint: "));
  }

  private Path write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private int lintInput(String input, String... args) {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
    try {
      return lint(args);
    } finally {
      System.setIn(before);
    }
  }

  private int lint(String... args) {
    String[] all = new String[args.length + 1];
    all[0] = "lint";
    System.arraycopy(args, 0, all, 1, args.length);
    CommandLine command = Main.commandLine();
    command.setOut(new PrintWriter(out));
    command.setErr(new PrintWriter(err, true));
    return command.execute(all);
  }
}
