// SPDX-License-Identifier: Apache-2.0
package io.logroute.lint;

/**
 * Something that is wrong in a file. What it quotes of the file may hold any character: control
 * characters are spelled as a double-quoted YAML scalar spells them, so that a problem stays on its
 * line and does nothing to a terminal.
 *
 * @param file as the user named it, or where it was found below a folder
 * @param line from 1; 0 when it is not known
 * @param column from 1; 0 when it is not known
 * @param object kind and name, as {@code LogRoute team-a/web}; empty when the file could not be
 *     read
 * @param field the path in the document, as {@code spec.options.mode}; empty for the whole
 * @param message one sentence, one line
 */
public record LintProblem(
    String file,
    int line,
    int column,
    Severity severity,
    String object,
    String field,
    String message) {

  /** Spells the control characters of what is quoted. */
  public LintProblem {
    object = spelled(object);
    field = spelled(field);
    message = spelled(message);
  }

  private static String spelled(String text) {
    if (text.chars().noneMatch(Character::isISOControl)) {
      return text;
    }
    StringBuilder spelled = new StringBuilder();
    text.chars().forEach(c -> spelled.append(spelled((char) c)));
    return spelled.toString();
  }

  private static String spelled(char c) {
    return switch (c) {
      case '\t' -> "\\t";
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      default -> Character.isISOControl(c) ? "\\x%02x".formatted((int) c) : String.valueOf(c);
    };
  }

  /** How bad it is. */
  public enum Severity {
    /** The API server or the operator refuses it. */
    error,
    /** It is taken, and does not do what it seems to. */
    warning,
    /** Nobody can say: the file could not be read. */
    unreadable
  }
}
