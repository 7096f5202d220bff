// SPDX-License-Identifier: Apache-2.0
package io.logroute.options;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class TagTemplateTest {

  private static final String ID =
      "4f3c2b1a09d8e7f6a5b4c3d2e1f00123456789abcdef0123456789abcdef0123";
  private static final TagValues VALUES =
      new TagValues(ID, "team-a", "web-7c9f", "0c6c8d3e-5f0f", "app", 2, "registry/web:1", "n1");

  @Test
  void shouldRenderEveryPlaceholder() {
    assertThat(render("{{.ID}}")).isEqualTo("4f3c2b1a09d8");
    assertThat(render("{{.FullID}}")).isEqualTo(ID);
    assertThat(render("{{.Name}}")).isEqualTo("k8s_app_web-7c9f_team-a_0c6c8d3e-5f0f_2");
    assertThat(render("{{.ImageName}}")).isEqualTo("registry/web:1");
    assertThat(render("a {{ .Namespace }}/{{.PodName}}:{{.ContainerName}}@{{\n.NodeName }}."))
        .isEqualTo("a team-a/web-7c9f:app@n1.");
  }

  @Test
  void shouldRenderTheIdWhenTheTemplateIsEmptyAsInDocker() {
    assertThat(TagTemplate.parse("")).isEqualTo(TagTemplate.DEFAULT);
    assertThat(render("")).isEqualTo("4f3c2b1a09d8");
  }

  @Test
  void shouldKnowWhatItNeeds() {
    assertThat(TagTemplate.parse("{{.ImageName}}").usesImageName()).isTrue();
    assertThat(TagTemplate.parse("{{.ImageName}}").usesId()).isFalse();
    assertThat(TagTemplate.parse("{{.FullID}}").usesId()).isTrue();
    assertThat(TagTemplate.DEFAULT.usesId()).isTrue();
    assertThat(TagTemplate.DEFAULT.usesImageName()).isFalse();
  }

  @Test
  void shouldShowItselfAsWritten() {
    assertThat(TagTemplate.parse("a{{ .ID }}:{{.Name}}")).hasToString("a{{.ID}}:{{.Name}}");
  }

  @Test
  void shouldNeverGiveTheSeparatorOrAControlCharacterWhateverThePodIsCalled() {
    long seed = System.nanoTime();
    System.out.println("TagTemplateTest seed " + seed);
    Random random = new Random(seed);
    String[] parts = {"{{.ID}}", "{{.ImageName}}", "{{.Name}}", ":", " ", "x", "}", "{", "\u00a0"};
    String[] values = {"", ":", " ", "\t", ": ", " :", "a", "a:", "a: b", "\u0085", "\u2028"};
    for (int i = 0; i < 50_000; i++) {
      StringBuilder template = new StringBuilder();
      for (int n = random.nextInt(6); n > 0; n--) {
        template.append(parts[random.nextInt(parts.length)]);
      }
      if (TagTemplate.problem(template.toString()).isPresent()) {
        continue;
      }
      String any = values[random.nextInt(values.length)];
      String other = values[random.nextInt(values.length)];
      TagValues hostile = new TagValues(any, other, any, other, other, 0, other, any);
      String tag = TagTemplate.parse(template.toString()).render(hostile);
      assertThat((tag + ": line").indexOf(": ")).as(template + "|" + tag).isEqualTo(tag.length());
      assertThat(tag.chars().anyMatch(Character::isISOControl)).as(template + "|" + tag).isFalse();
    }
  }

  private static String render(String template) {
    return TagTemplate.parse(template).render(VALUES);
  }
}
