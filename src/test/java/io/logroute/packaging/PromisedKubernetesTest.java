// SPDX-License-Identifier: Apache-2.0
package io.logroute.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The oldest Kubernetes that is promised is the one that {@code -Dlogroute.kubernetes=oldest}
 * tries.
 */
class PromisedKubernetesTest {

  @Test
  void shouldPromiseWhatIsTried() throws IOException {
    Matcher tried =
        Pattern.compile("k8s.io/kubernetes v(1\\.\\d+)\\.")
            .matcher(text("src/test/cluster/oldest/go.mod"));
    assertThat(tried.find()).isTrue();
    String oldest = tried.group(1);

    assertThat(text("docs/install.md")).contains("Kubernetes " + oldest + " or later");
    assertThat(text("charts/logroute/Chart.yaml"))
        .contains("kubeVersion: \">=" + oldest + ".0-0\"\n");
  }

  private static String text(String file) throws IOException {
    return Files.readString(Checkout.ROOT.resolve(file));
  }
}
