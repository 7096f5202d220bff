// SPDX-License-Identifier: Apache-2.0
package io.logroute.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.logroute.cluster.RealNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * {@code docs/install.md} word for word on a real cluster that has never seen LogRoute: with
 * kubectl to the first lines and back to nothing, then with Helm.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class NewcomersPathIT {

  private static final String IMAGE = "Get the image to the cluster";
  private static final String KUBECTL = "With kubectl";
  private static final String HELM = "With Helm";
  private static final String FIRST_LINES = "First lines";
  private static final String BUNDLE = "When something is wrong";
  private static final String NODE = "On a machine with no cluster";
  private static final String UNINSTALL = "Upgrade and uninstall";

  /**
   * The classes under test: the launcher would build the checkout when it is older than they are.
   */
  private static final String LOGROUTE =
      "logroute() { '%s' --enable-native-access=ALL-UNNAMED -cp '%s' io.logroute.cli.Main \"$@\"; }; "
          .formatted(
              Path.of(System.getProperty("java.home"), "bin", "java"),
              System.getProperty("java.class.path"));

  private final DocumentedCommands page = new DocumentedCommands("docs/install.md");
  private RealNode node;

  @BeforeAll
  void startNode() {
    RealNode.whyNot().ifPresent(why -> assumeTrue(false, why));
    Path image = BuiltImage.archive();
    node = RealNode.start();
    node.load(image);
  }

  @AfterAll
  void stopNode() {
    if (node != null) {
      node.close();
    }
  }

  /** The image and the node are what the tests themselves are made of; all else is run below. */
  @Test
  @Order(1)
  void shouldHaveNoCommandThatNobodyRuns() {
    assertThat(page.headings())
        .isSubsetOf(IMAGE, KUBECTL, HELM, FIRST_LINES, BUNDLE, NODE, UNINSTALL);
  }

  @Test
  @Order(2)
  void shouldLeadWithKubectlToTheFirstLinesAndBack() {
    run(KUBECTL);
    assertThat(run(FIRST_LINES)).contains("line 1\"");
    assertThat(run(BUNDLE)).contains("Written: logroute-debug-");
    assertThatTheBundleIsWhole();
    run(UNINSTALL);
    assertThat(node.kubectl().run("get", "crd", "-o", "name").orFail().out())
        .doesNotContain("logroute");
  }

  @Test
  @Order(3)
  void shouldLeadWithHelmToTheFirstLines() {
    run(HELM);
    assertThat(run(FIRST_LINES)).contains("line 1\"");
  }

  private static void assertThatTheBundleIsWhole() {
    Command list =
        Command.run("sh", "-c", "tar -xzOf logroute-debug-*.tar.gz --wildcards '*/README.txt'");
    Command files = Command.run("sh", "-c", "tar -tzf logroute-debug-*.tar.gz");
    Command.run("sh", "-c", "rm logroute-debug-*.tar.gz").outOrFail();

    assertThat(list.outOrFail()).contains("Nothing is missing");
    assertThat(files.outOrFail())
        .containsPattern("agents/logroute-agent-default-\\w+/containers.json")
        .containsPattern("operators/logroute-operator-[\\w-]+/log.txt");
  }

  private String run(String heading) {
    StringBuilder out = new StringBuilder();
    for (String script : page.below(heading)) {
      out.append(Command.run(List.of(node.enter(), "sh", "-euxc", LOGROUTE + script)).outOrFail());
    }
    return out.toString();
  }
}
