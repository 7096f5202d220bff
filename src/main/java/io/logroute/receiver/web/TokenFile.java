// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.logroute.options.TenantServiceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tokens from a file: a line each, {@code TOKEN TENANT[,TENANT...]} or {@code TOKEN *}; empty lines
 * and those that begin with {@code #} say nothing. The file is looked at again each second, and
 * when it cannot be used the tokens of before stay. What is kept in memory are hashes, so that the
 * time of an answer tells nothing of a token.
 */
public final class TokenFile implements Access {

  private static final Logger LOG = LoggerFactory.getLogger(TokenFile.class);

  private static final int MIN_TOKEN_CHARS = 16;
  private static final long LOOK_NANOS = Duration.ofSeconds(1).toNanos();
  private static final Pattern LINE = Pattern.compile("(\\S+)[ \\t]+(\\S+)");

  private record Grants(byte[] file, Map<String, Set<String>> tenantsByHash) {}

  private final Path path;
  private volatile Grants grants;
  private volatile long lookedNanos = System.nanoTime();
  private @Nullable String complaint;

  private TokenFile(Path path, Grants grants) {
    this.path = path;
    this.grants = grants;
  }

  /**
   * Reads the file for the first time.
   *
   * @throws IOException with one sentence, when it cannot be read or says something else
   */
  public static TokenFile open(Path path) throws IOException {
    return new TokenFile(path, read(path));
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
      if (!lines.get(i).isEmpty() && !lines.get(i).startsWith("#")) {
        grant(lines.get(i), path + " line " + (i + 1) + ": ", tenants);
      }
    }
    return new Grants(bytes, Map.copyOf(tenants));
  }

  private static void grant(String line, String place, Map<String, Set<String>> tenants)
      throws IOException {
    var parts = LINE.matcher(line);
    if (!parts.matches()) {
      throw new IOException(place + "write TOKEN TENANT[,TENANT...], or TOKEN * for all tenants");
    }
    String token = parts.group(1);
    Set<String> ids = Set.copyOf(Arrays.asList(parts.group(2).split(",", -1)));
    if (token.length() < MIN_TOKEN_CHARS) {
      throw new IOException(place + "a token has at least " + MIN_TOKEN_CHARS + " characters");
    }
    for (String id : ids) {
      if (!id.equals("*") && !TenantServiceId.isValid(id)) {
        throw new IOException(place + TenantServiceId.sentence("tenant", id));
      }
    }
    if (tenants.putIfAbsent(hash(token), ids) != null) {
      throw new IOException(place + "this token stands there twice");
    }
  }

  private static String hash(String token) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(token.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public Optional<Predicate<String>> tenants(@Nullable String token) {
    lookAgain();
    Set<String> ids = token == null ? null : grants.tenantsByHash().get(hash(token));
    return ids == null
        ? Optional.empty()
        : Optional.of(tenant -> ids.contains(tenant) || ids.contains("*"));
  }

  private void lookAgain() {
    if (System.nanoTime() - lookedNanos > LOOK_NANOS) {
      read();
    }
  }

  private synchronized void read() {
    if (System.nanoTime() - lookedNanos <= LOOK_NANOS) {
      return;
    }
    try {
      if (!Arrays.equals(Files.readAllBytes(path), grants.file())) {
        grants = read(path);
        LOG.info("{} tokens from {}", grants.tenantsByHash().size(), path);
      }
      complaint = null;
    } catch (IOException e) {
      String problem = String.valueOf(e.getMessage());
      if (!problem.equals(complaint)) {
        LOG.error("the tokens stay as they were: {}", problem);
      }
      complaint = problem;
    }
    lookedNanos = System.nanoTime();
  }

  @Override
  public boolean isOpen() {
    return false;
  }
}
