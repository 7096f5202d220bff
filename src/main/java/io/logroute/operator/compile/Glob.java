// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.compile;

final class Glob {
  private Glob() {}

  static boolean fits(String glob, String name) {
    return java.util.regex.Pattern.matches(
        java.util.regex.Pattern.quote(glob).replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q"), name);
  }
}
