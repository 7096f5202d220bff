// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name of a file of the store: {@code <base>[.<stamp>[.<number>]][.gz][.tmp]}.
 *
 * @param base the name of the file that is written to, {@code <tag>.log}
 * @param stamp when it was rolled, {@code yyyyMMdd-HHmmss} in UTC; empty: it is the one written to
 * @param number tells files of one stamp apart, counted from 0, which is not written
 * @param form how its bytes stand
 */
record StoredName(String base, String stamp, int number, Form form) {

  /** How the bytes of a file stand. */
  enum Form {
    PLAIN(""),
    COMPRESSED(".gz"),
    /** Being compressed, or left behind by that. */
    UNFINISHED(".gz.tmp");

    private final String suffix;

    Form(String suffix) {
      this.suffix = suffix;
    }
  }

  /** The order in which the lines of one base came: rolled ones by stamp, the current one last. */
  static final Comparator<StoredName> BY_AGE =
      Comparator.comparing(StoredName::isCurrent)
          .thenComparing(StoredName::stamp)
          .thenComparing(StoredName::number);

  private static final Pattern FORM_OF_NAME =
      Pattern.compile(
          "(?<base>.*\\.log)(?:\\.(?<stamp>[0-9]{8}-[0-9]{6})(?:\\.(?<number>[0-9]{1,9}))?"
              + "(?<form>\\.gz|\\.gz\\.tmp)?)?");

  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  /** Leaves room for the longest ending within the 255 bytes of a name. */
  private static final int MAX_TAG_CHARS = 200;

  /** Understands the name of a file; empty when it is none of the store's. */
  static Optional<StoredName> parse(Path file) {
    Matcher name = FORM_OF_NAME.matcher(String.valueOf(file.getFileName()));
    if (!name.matches()) {
      return Optional.empty();
    }
    String stamp = name.group("stamp");
    if (stamp == null) {
      return Optional.of(new StoredName(name.group("base"), "", 0, Form.PLAIN));
    }
    String number = name.group("number");
    return Optional.of(
        new StoredName(
            name.group("base"),
            stamp,
            number == null ? 0 : Integer.parseInt(number),
            form(name.group("form"))));
  }

  private static Form form(@Nullable String suffix) {
    if (suffix == null) {
      return Form.PLAIN;
    }
    return suffix.equals(".gz") ? Form.COMPRESSED : Form.UNFINISHED;
  }

  /**
   * The file that lines with this tag are written to. Bytes that no file name should have become
   * {@code %XX}; a tag that gets too long by that is cut and told from others by a hash of it.
   *
   * @param tag one char a byte
   */
  static StoredName current(String tag) {
    StringBuilder safe = new StringBuilder(tag.length() + 8);
    for (int i = 0; i < tag.length(); i++) {
      char c = tag.charAt(i);
      if (isSafe(c) && !(c == '.' && i == 0)) {
        safe.append(c);
      } else {
        safe.append('%').append(HEX.toHexDigits((byte) c));
      }
    }
    if (safe.isEmpty()) {
      safe.append('%');
    }
    if (safe.length() > MAX_TAG_CHARS) {
      safe.setLength(MAX_TAG_CHARS - 18);
      safe.append("%~").append(hash(tag));
    }
    return new StoredName(safe.append(".log").toString(), "", 0, Form.PLAIN);
  }

  private static boolean isSafe(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || "._-@+=,".indexOf(c) >= 0;
  }

  private static String hash(String tag) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(tag.getBytes(ISO_8859_1));
      return HEX.formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /**
   * The name that a file gets when it is rolled now: later than every other one of its base, also
   * when the clock was set back.
   *
   * @param others the names in its folder
   */
  StoredName rolled(Instant now, Collection<StoredName> others) {
    StoredName next = new StoredName(base, STAMP.format(now), 0, Form.PLAIN);
    return others.stream()
        .filter(other -> other.base.equals(base) && !other.isCurrent())
        .max(BY_AGE)
        .filter(last -> last.stamp.compareTo(next.stamp) >= 0)
        .map(last -> new StoredName(base, last.stamp, last.number + 1, Form.PLAIN))
        .orElse(next);
  }

  /** The same file with its bytes in another form. */
  StoredName in(Form other) {
    return new StoredName(base, stamp, number, other);
  }

  /** Whether this is the file that lines are written to. */
  boolean isCurrent() {
    return stamp.isEmpty();
  }

  @Override
  public String toString() {
    StringBuilder name = new StringBuilder(base);
    if (!isCurrent()) {
      name.append('.').append(stamp);
      if (number > 0) {
        name.append('.').append(number);
      }
    }
    return name.append(form.suffix).toString();
  }
}
