// SPDX-License-Identifier: Apache-2.0
package io.logroute.packaging;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The blocks of one language of a page of the documentation, in order, each below its heading. */
final class DocumentedCommands {

  /**
   * A block.
   *
   * @param heading the nearest heading above it, without its marks
   * @param script its lines
   */
  record Block(String heading, String script) {}

  private final List<Block> blocks = new ArrayList<>();

  /** Reads the {@code sh} blocks of a page by its path in the checkout. */
  DocumentedCommands(String page) {
    this(page, "sh");
  }

  /** Reads the blocks of a language of a page by its path in the checkout. */
  DocumentedCommands(String page, String language) {
    String heading = "";
    StringBuilder block = null;
    for (String line : lines(Checkout.ROOT.resolve(page))) {
      if (block == null && line.startsWith("#")) {
        heading = line.replaceFirst("#+ ", "");
      }
      block = next(block, line, heading, language);
    }
  }

  private @Nullable StringBuilder next(
      @Nullable StringBuilder block, String line, String heading, String language) {
    if (block == null) {
      return line.equals("```" + language) ? new StringBuilder() : null;
    }
    if (line.equals("```")) {
      blocks.add(new Block(heading, block.toString()));
      return null;
    }
    return block.append(line).append('\n');
  }

  private static List<String> lines(Path page) {
    try {
      return Files.readAllLines(page);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All headings that have a block, as often as they have one. */
  List<String> headings() {
    return blocks.stream().map(Block::heading).toList();
  }

  /** The blocks below a heading, which must have one. */
  List<String> below(String heading) {
    List<String> found =
        blocks.stream()
            .filter(block -> block.heading().equals(heading))
            .map(Block::script)
            .toList();
    if (found.isEmpty()) {
      throw new IllegalArgumentException("no such block below '" + heading + "'");
    }
    return found;
  }
}
