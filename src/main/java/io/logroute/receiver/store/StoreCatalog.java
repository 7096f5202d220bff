// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import io.logroute.options.TenantServiceId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is in the store, as its folders say at the moment of asking. Links are not followed, and
 * what is named otherwise than the store names things is left out. Used by any thread.
 */
public final class StoreCatalog {

  private static final Pattern POD_FOLDER = Pattern.compile("([^_]+)_([^_]+)_(.+)");
  private static final Pattern RESTART = Pattern.compile("([0-9]{1,9})\\.log");
  private static final Pattern ESCAPE = Pattern.compile("%([0-9A-F]{2})");

  private final Path root;

  public StoreCatalog(Path root) {
    this.root = root;
  }

  /** All tenants that have something stored, by name. */
  public List<String> tenants() throws IOException {
    return ids(root);
  }

  /** All services of a tenant; none when there is no such tenant. */
  public List<String> services(String tenantId) throws IOException {
    return ids(root.resolve(checked(tenantId)));
  }

  /** All streams of a service that an origin is wanted of. */
  public List<StoredStream> streams(String tenantId, String serviceId, Predicate<Origin> wanted)
      throws IOException {
    Path service = root.resolve(checked(tenantId)).resolve(checked(serviceId));
    List<StoredStream> streams = new ArrayList<>();
    for (Path entry : entries(service)) {
      String name = String.valueOf(entry.getFileName());
      Matcher pod = POD_FOLDER.matcher(name);
      if (!Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
        continue;
      }
      if (pod.matches()) {
        for (Path container : folders(entry)) {
          streams.addAll(
              streams(container, service, base -> instance(pod, container, base), wanted));
        }
      }
    }
    streams.addAll(streams(service, service, StoreCatalog::tagged, wanted));
    return streams;
  }

  private interface Naming {
    Optional<Origin> of(String base);
  }

  private static List<StoredStream> streams(
      Path folder, Path service, Naming naming, Predicate<Origin> wanted) throws IOException {
    Map<String, List<StoredName>> bases = new LinkedHashMap<>();
    for (Path file : entries(folder)) {
      StoredName.parse(file)
          .filter(name -> name.form() != StoredName.Form.UNFINISHED)
          .ifPresent(
              name -> bases.computeIfAbsent(name.base(), base -> new ArrayList<>()).add(name));
    }
    List<StoredStream> streams = new ArrayList<>();
    bases.forEach(
        (base, names) ->
            naming
                .of(base)
                .filter(wanted)
                .ifPresent(
                    origin -> streams.add(StoredStream.of(origin, service, folder, base, names))));
    return streams;
  }

  private static Optional<Origin> instance(Matcher pod, Path container, String base) {
    Matcher restart = RESTART.matcher(base);
    return restart.matches()
        ? Optional.of(
            new Origin(
                pod.group(1),
                pod.group(2),
                pod.group(3),
                String.valueOf(container.getFileName()),
                Integer.parseInt(restart.group(1)),
                null))
        : Optional.empty();
  }

  private static Optional<Origin> tagged(String base) {
    String name = base.substring(0, base.length() - ".log".length());
    String tag =
        ESCAPE
            .matcher(name)
            .replaceAll(
                escape ->
                    Matcher.quoteReplacement(
                        String.valueOf((char) Integer.parseInt(escape.group(1), 16))));
    byte[] bytes = tag.getBytes(StandardCharsets.ISO_8859_1);
    return Optional.of(Origin.ofTag(new String(bytes, StandardCharsets.UTF_8)));
  }

  private static String checked(String id) {
    if (!TenantServiceId.isValid(id)) {
      throw new IllegalArgumentException("not an id: " + id);
    }
    return id;
  }

  private static List<String> ids(Path folder) throws IOException {
    return folders(folder).stream()
        .map(path -> String.valueOf(path.getFileName()))
        .filter(TenantServiceId::isValid)
        .sorted()
        .toList();
  }

  private static List<Path> folders(Path folder) throws IOException {
    return entries(folder).stream()
        .filter(path -> Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
        .toList();
  }

  private static List<Path> entries(Path folder) throws IOException {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      files.forEach(entries::add);
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return entries;
  }
}
