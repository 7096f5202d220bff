// SPDX-License-Identifier: Apache-2.0
package io.logroute.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.logroute.lint.LintReport;
import io.logroute.lint.Linter;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What users copy is clean by the operator's own rules. */
class ExamplesTest {

  @Test
  void shouldHaveNothingForLintToSay() {
    LintReport report =
        new Linter()
            .lint(
                List.of(Checkout.ROOT.resolve("manifests/examples").toString()),
                InputStream.nullInputStream());

    assertThat(report.problems()).isEmpty();
    assertThat(report.resources()).isGreaterThan(10);
  }
}
