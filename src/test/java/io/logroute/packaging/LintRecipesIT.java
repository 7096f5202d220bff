// SPDX-License-Identifier: Apache-2.0
package io.logroute.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code docs/coming-from.md} says about routes in a GitOps repository, word for word, in a
 * repository of git with routes, a kustomize overlay and a Helm chart: the hooks by a commit of a
 * good and of a bad route, the commands on both.
 */
class LintRecipesIT {

  private static final String PAGE = "docs/coming-from.md";
  private static final String HEADING = "Routes in a GitOps repository";
  private static final String ROUTE = "routes/web.yaml";
  private static final String GOOD =
      """
      apiVersion: logroute.io/v1alpha1
      kind: LogRoute
      metadata: {name: web, namespace: team-a}
      spec:
        zmqAddress: tcp://10.0.0.5:5555
      """;
  private static final String BAD = GOOD + "  options: {mode: async}\n";
  private static final String COMPLAINT = "logger: logging mode not supported: async";

  /** Where pre-commit's modules are; empty when they are the system's own. */
  private static final String PYTHON_PATH =
      Command.run("sh", "src/test/cluster/pre-commit.sh", "--print-path").outOrFail().strip();

  private final List<String> blocks = new DocumentedCommands(PAGE).below(HEADING);

  @TempDir private Path programs;
  @TempDir private Path repository;

  @BeforeEach
  void makeRepository() {
    program(
        "logroute",
        "exec '%s' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp '%s' io.logroute.cli.Main \"$@\""
            .formatted(Path.of(System.getProperty("java.home"), "bin", "java"), classPath()));
    write("overlays/prod/kustomization.yaml", "resources: [../../base]\nnamePrefix: prod-\n");
    write("base/kustomization.yaml", "resources: [web.yaml]\n");
    write("charts/team-a/Chart.yaml", "apiVersion: v2\nname: team-a\nversion: 0.1.0\n");
    write(GOOD);
    sh("""
            git init -q . &&
            git config user.name test && git config user.email test@localhost
            """)
        .outOrFail();
  }

  @Test
  void shouldHaveNoBlockThatNobodyRuns() {
    assertThat(blocks).hasSize(2);
  }

  @Test
  void shouldFindTheProblemInAFolderInKustomizeOutputAndInHelmOutput() {
    link("kubectl", folderOf("kubernetes-binaries.sh"));
    link("helm", folderOf("helm-binary.sh"));
    List<String> commands = blocks.get(0).lines().toList();
    assertThat(commands).hasSize(3);

    assertThat(commands).allSatisfy(command -> assertThat(sh(command).exitCode()).isZero());

    write(BAD);
    assertThat(commands)
        .allSatisfy(
            command -> {
              Command refused = sh(command);
              assertThat(refused.exitCode()).as(refused.out()).isEqualTo(1);
              assertThat(refused.out()).contains(COMPLAINT);
            });
    assertThat(sh(commands.getFirst()).out())
        .startsWith("::error file=routes/web.yaml,line=6,col=");
  }

  @Test
  void shouldRefuseACommitByTheHookOfGit() {
    sh(blocks.get(1)).outOrFail();

    assertThatOnlyTheGoodRouteIsCommitted();
  }

  @Test
  void shouldRefuseACommitByPreCommit() {
    write(
        ".pre-commit-config.yaml", new DocumentedCommands(PAGE, "yaml").below(HEADING).getFirst());
    sh("git add . && python3 -m pre_commit install").outOrFail();

    assertThatOnlyTheGoodRouteIsCommitted();
    write("README.md", "nothing for lint\n");
    assertThat(commit().out()).contains("Skipped");
  }

  private void assertThatOnlyTheGoodRouteIsCommitted() {
    write(BAD);
    Command refused = commit();
    assertThat(refused.exitCode()).as(refused.out()).isEqualTo(1);
    assertThat(refused.out()).contains("routes/web.yaml:6:").contains(COMPLAINT);

    write(GOOD);
    Command taken = commit();
    assertThat(taken.exitCode()).as(taken.out()).isZero();
    assertThat(sh("git log --oneline").out().lines()).hasSize(1);
  }

  private Command commit() {
    return sh("git add . && git commit -m 'Route the logs of web'");
  }

  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(element -> Path.of(element).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static Path folderOf(String script) {
    return Path.of(
        Command.run("sh", "src/test/cluster/" + script, "--print-folder").outOrFail().strip());
  }

  private void write(String route) {
    write(ROUTE, route);
    write("base/web.yaml", route);
    write("charts/team-a/templates/web.yaml", route);
  }

  private void write(String file, String text) {
    try {
      Path path = repository.resolve(file);
      Files.createDirectories(path.getParent());
      Files.writeString(path, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void link(String program, Path folder) {
    program(program, "exec '" + folder.resolve(program) + "' \"$@\"");
  }

  private void program(String name, String script) {
    try {
      Path file = Files.writeString(programs.resolve(name), "#!/bin/sh\n" + script + "\n");
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Command sh(String script) {
    ProcessBuilder builder =
        new ProcessBuilder("sh", "-c", script)
            .directory(repository.toFile())
            .redirectErrorStream(true);
    builder.environment().put("PATH", programs + ":" + System.getenv("PATH"));
    builder.environment().put("HOME", programs.toString());
    builder.environment().put("GIT_CONFIG_NOSYSTEM", "1");
    builder.environment().put("PYTHONPATH", PYTHON_PATH);
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Command(process.onExit().join().exitValue(), out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
