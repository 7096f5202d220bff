// SPDX-License-Identifier: Apache-2.0
package io.logroute.options;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The option {@code tag}: what stands before {@code ": "} in the third frame. Text with
 * placeholders, written as in Docker's tag templates ({@code {{.ID}}}, spaces inside the braces
 * allowed) but without their functions: nothing a user writes is ever executed.
 *
 * <p>A receiver finds the end of the tag at the first {@code ": "}. So no tag may contain one, and
 * a template that could give one is refused: by its own text, or by a {@code :} and a space that
 * meet when what stands between them is empty. A tag that ends in {@code :} is harmless. What is
 * put in for a placeholder has neither white space nor a {@code :} at its end.
 */
public final class TagTemplate {

  /** The option's key. */
  public static final String OPTION = "tag";

  /** The first 12 characters of the container id, as the zmq log driver always did. */
  public static final TagTemplate DEFAULT = new TagTemplate(List.of(Placeholder.ID));

  private static final String SEPARATOR = ": ";
  private static final String OPEN = "{{";
  private static final String CLOSE = "}}";
  private static final int SHORT_ID_CHARS = 12;

  private sealed interface Piece permits Text, Placeholder {
    /** What stands for it in a tag. */
    String render(TagValues values);

    /** How it is written in a template. */
    String source();
  }

  private record Text(String text) implements Piece {
    @Override
    public String render(TagValues values) {
      return text;
    }

    @Override
    public String source() {
      return text;
    }
  }

  private enum Placeholder implements Piece {
    ID("ID", TagTemplate::shortId),
    FULL_ID("FullID", TagValues::containerId),
    NAME("Name", TagTemplate::dockerName),
    IMAGE_NAME("ImageName", TagValues::imageName),
    POD_NAME("PodName", TagValues::podName),
    NAMESPACE("Namespace", TagValues::namespace),
    CONTAINER_NAME("ContainerName", TagValues::containerName),
    NODE_NAME("NodeName", TagValues::nodeName);

    private final String field;
    private final Function<TagValues, String> value;

    Placeholder(String field, Function<TagValues, String> value) {
      this.field = field;
      this.value = value;
    }

    @Override
    public String render(TagValues values) {
      return harmless(value.apply(values));
    }

    @Override
    public String source() {
      return OPEN + "." + field + CLOSE;
    }

    static Optional<Placeholder> of(String action) {
      String trimmed = action.strip();
      return Arrays.stream(values()).filter(p -> trimmed.equals("." + p.field)).findFirst();
    }

    static String all() {
      return Arrays.stream(values()).map(Placeholder::source).collect(Collectors.joining(", "));
    }
  }

  private final List<Piece> pieces;

  private TagTemplate(List<Piece> pieces) {
    this.pieces = List.copyOf(pieces);
  }

  /**
   * Reads a template; an empty one is the default, as in Docker.
   *
   * @throws IllegalArgumentException with the sentence of {@link #problem} when it is refused
   */
  public static TagTemplate parse(String template) {
    Optional<String> problem = problem(template);
    if (problem.isPresent()) {
      throw new IllegalArgumentException(problem.get());
    }
    return template.isEmpty() ? DEFAULT : new TagTemplate(split(template));
  }

  /** Why a template is refused, as one sentence; empty when it is not. */
  public static Optional<String> problem(String template) {
    return cause(template).map(cause -> "error parsing option tag: " + cause);
  }

  /** The tag of a container instance. */
  public String render(TagValues values) {
    StringBuilder tag = new StringBuilder();
    for (Piece piece : pieces) {
      tag.append(piece.render(values));
    }
    return tag.toString();
  }

  /** Whether the pod's image has to be known. */
  public boolean usesImageName() {
    return pieces.contains(Placeholder.IMAGE_NAME);
  }

  /** Whether the container id has to be known. */
  public boolean usesId() {
    return pieces.contains(Placeholder.ID) || pieces.contains(Placeholder.FULL_ID);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TagTemplate template && pieces.equals(template.pieces);
  }

  @Override
  public int hashCode() {
    return pieces.hashCode();
  }

  @Override
  public String toString() {
    return pieces.stream().map(Piece::source).collect(Collectors.joining());
  }

  private static Optional<String> cause(String template) {
    StringBuilder literals = new StringBuilder();
    int at = 0;
    for (int open = template.indexOf(OPEN); open >= 0; open = template.indexOf(OPEN, at)) {
      literals.append(template, at, open);
      int close = template.indexOf(CLOSE, open);
      if (close < 0) {
        return Optional.of("'" + template + "' opens {{ and does not close it with }}");
      }
      String action = template.substring(open + OPEN.length(), close);
      if (Placeholder.of(action).isEmpty()) {
        return Optional.of(
            "'" + OPEN + action + CLOSE + "' is not a placeholder: use " + Placeholder.all());
      }
      at = close + CLOSE.length();
    }
    return literalCause(template, literals.append(template, at, template.length()).toString());
  }

  private static Optional<String> literalCause(String template, String literals) {
    if (literals.chars().anyMatch(Character::isISOControl)) {
      return Optional.of("'" + template + "' has a control character");
    }
    return literals.contains(SEPARATOR)
        ? Optional.of(
            "'"
                + template
                + "' can give ': ', where receivers take the tag to end: leave out the space after"
                + " the colon")
        : Optional.empty();
  }

  private static List<Piece> split(String template) {
    List<Piece> pieces = new ArrayList<>();
    int at = 0;
    for (int open = template.indexOf(OPEN); open >= 0; open = template.indexOf(OPEN, at)) {
      addText(pieces, template.substring(at, open));
      int close = template.indexOf(CLOSE, open);
      Placeholder.of(template.substring(open + OPEN.length(), close)).ifPresent(pieces::add);
      at = close + CLOSE.length();
    }
    addText(pieces, template.substring(at));
    return pieces;
  }

  private static void addText(List<Piece> pieces, String text) {
    if (!text.isEmpty()) {
      pieces.add(new Text(text));
    }
  }

  private static String shortId(TagValues values) {
    String id = values.containerId();
    return id.length() <= SHORT_ID_CHARS ? id : id.substring(0, SHORT_ID_CHARS);
  }

  /**
   * The name that a pod's container has in Docker: what dockershim gave it, and cri-dockerd gives
   * it still ({@code k8s_<container>_<pod>_<namespace>_<uid>_<restart>}).
   */
  private static String dockerName(TagValues values) {
    return String.join(
        "_",
        "k8s",
        values.containerName(),
        values.podName(),
        values.namespace(),
        values.podUid(),
        Integer.toString(values.restart()));
  }

  private static String harmless(String value) {
    StringBuilder clean = new StringBuilder(value);
    for (int i = 0; i < clean.length(); i++) {
      char c = clean.charAt(i);
      boolean endsInColon = c == ':' && i == clean.length() - 1;
      if (Character.isISOControl(c) || Character.isWhitespace(c) || endsInColon) {
        clean.setCharAt(i, '_');
      }
    }
    return clean.toString();
  }
}
