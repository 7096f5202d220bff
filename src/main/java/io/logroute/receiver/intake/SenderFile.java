// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.intake;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.logroute.options.TenantServiceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Senders from a file: a line each, {@code PUBLIC-KEY TENANT[,TENANT...]} or {@code PUBLIC-KEY *};
 * empty lines, and those that begin with {@code #} and a space, say nothing. When the file cannot
 * be used, what it said before stays.
 */
final class SenderFile implements Senders {

  private static final Logger LOG = LoggerFactory.getLogger(SenderFile.class);

  private static final Pattern LINE = Pattern.compile("(\\S+)[ \\t]+(\\S+)");

  private record Grants(byte[] file, Map<String, Set<String>> tenantsByKey) {}

  private final Path path;
  private volatile Grants grants;
  private @Nullable String complaint;

  private SenderFile(Path path, Grants grants) {
    this.path = path;
    this.grants = grants;
  }

  /**
   * Reads the file for the first time.
   *
   * @throws IOException with one sentence, when it cannot be read or says something else
   */
  static SenderFile open(Path path) throws IOException {
    return new SenderFile(path, read(path));
  }

  private static Grants read(Path path) throws IOException {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(path);
    } catch (NoSuchFileException e) {
      throw new IOException("there is no file " + path, e);
    }
    Map<String, Set<String>> tenants = new HashMap<>();
    List<String> lines = new String(bytes, UTF_8).lines().map(String::strip).toList();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (!line.isEmpty() && !line.equals("#") && !line.startsWith("# ")) {
        grant(line, path + " line " + (i + 1) + ": ", tenants);
      }
    }
    return new Grants(bytes, Map.copyOf(tenants));
  }

  private static void grant(String line, String place, Map<String, Set<String>> tenants)
      throws IOException {
    Matcher parts = LINE.matcher(line);
    if (!parts.matches() || !CurveKeys.isKey(parts.group(1))) {
      throw new IOException(
          place + "write PUBLIC-KEY TENANT[,TENANT...], or PUBLIC-KEY * for all tenants");
    }
    Set<String> ids = Set.copyOf(Arrays.asList(parts.group(2).split(",", -1)));
    for (String id : ids) {
      if (!id.equals("*") && !TenantServiceId.isValid(id)) {
        throw new IOException(place + TenantServiceId.sentence("tenant", id));
      }
    }
    if (tenants.putIfAbsent(parts.group(1), ids) != null) {
      throw new IOException(place + "this key stands there twice");
    }
  }

  /** Reads the file when it has changed; true: other senders or tenants than before. */
  boolean lookAgain() {
    try {
      if (Arrays.equals(Files.readAllBytes(path), grants.file())) {
        complaint = null;
        return false;
      }
      grants = read(path);
      complaint = null;
      LOG.info("{} senders from {}", grants.tenantsByKey().size(), path);
      return true;
    } catch (IOException e) {
      String problem = String.valueOf(e.getMessage());
      if (!problem.equals(complaint)) {
        LOG.error("the senders stay as they were: {}", problem);
      }
      complaint = problem;
      return false;
    }
  }

  @Override
  public boolean knows(@Nullable String key) {
    return key != null && grants.tenantsByKey().containsKey(key);
  }

  @Override
  public boolean allows(@Nullable String key, String tenant) {
    Set<String> tenants = key == null ? null : grants.tenantsByKey().get(key);
    return tenants != null && (tenants.contains(tenant) || tenants.contains("*"));
  }
}
