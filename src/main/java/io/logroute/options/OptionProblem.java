// SPDX-License-Identifier: Apache-2.0
package io.logroute.options;

import java.util.regex.Pattern;

/**
 * One thing that is wrong with a route's log options.
 *
 * @param key the option at fault, or {@link #DRIVER} when it is the driver's name
 * @param sentence for the user, Docker's own where Docker has one; always one line: control
 *     characters of what the user wrote are shown as {@code ?}, and what is over {@link #MAX_CHARS}
 *     is cut
 */
public record OptionProblem(String key, String sentence) {

  /** The key of a problem with the driver itself; sorts before every option. */
  public static final String DRIVER = "";

  /** The longest sentence; an option's value may be as long as an API object. */
  public static final int MAX_CHARS = 500;

  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

  public OptionProblem {
    sentence = CONTROL.matcher(sentence).replaceAll("?");
    if (sentence.length() > MAX_CHARS) {
      sentence = sentence.substring(0, MAX_CHARS - 1) + "…";
    }
  }
}
