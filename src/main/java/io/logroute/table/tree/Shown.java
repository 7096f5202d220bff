// SPDX-License-Identifier: Apache-2.0
package io.logroute.table.tree;

import java.util.regex.Pattern;

/** Foreign text made fit for a sentence: one line, of bounded length. */
public final class Shown {

  private static final int MAX_CHARS = 200;
  private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}\\u0085\\u2028\\u2029]+");

  private Shown() {}

  /** In quotes, control characters as {@code ?}, what is too long cut. */
  public static String quoted(String text) {
    return "'" + plain(text) + "'";
  }

  /** The same without quotes. */
  public static String plain(String text) {
    String head = text.length() > MAX_CHARS ? text.substring(0, MAX_CHARS) + "…" : text;
    return CONTROL.matcher(head).replaceAll("?");
  }
}
