// SPDX-License-Identifier: Apache-2.0
package io.logroute.table;

/**
 * A pattern over names: {@code *} is any text, also none; {@code ?} is one character; everything
 * else is itself. It matches the whole name and minds case. The time is bounded by the product of
 * both lengths, whatever the pattern.
 */
public final class Glob {

  private final int[] pattern;

  private Glob(int[] pattern) {
    this.pattern = pattern;
  }

  /** Every text is a pattern. */
  public static Glob of(String pattern) {
    return new Glob(pattern.codePoints().toArray());
  }

  public boolean matches(String name) {
    int[] text = name.codePoints().toArray();
    int p = 0;
    int t = 0;
    int lastStar = -1;
    int resumeAt = 0;
    while (t < text.length) {
      if (p < pattern.length && pattern[p] == '*') {
        lastStar = p++;
        resumeAt = t;
      } else if (p < pattern.length && (pattern[p] == '?' || pattern[p] == text[t])) {
        p++;
        t++;
      } else if (lastStar >= 0) {
        p = lastStar + 1;
        t = ++resumeAt;
      } else {
        return false;
      }
    }
    while (p < pattern.length && pattern[p] == '*') {
      p++;
    }
    return p == pattern.length;
  }

  /** Whether it has {@code *} or {@code ?}; without, it is a name. */
  public boolean isPattern() {
    for (int c : pattern) {
      if (c == '*' || c == '?') {
        return true;
      }
    }
    return false;
  }

  @Override
  public String toString() {
    return new String(pattern, 0, pattern.length);
  }
}
