// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is to be done about the files on the disk: a pure function of what was seen.
 *
 * @param leftovers unfinished files, and plain ones whose compressed form is complete: delete
 * @param compress all plain rolled files but the newest of each stream
 * @param expired rolled files that are too old or too many, oldest first: delete
 * @param roll current files that are too old, or that have to go for the bound on bytes
 * @param keptBytes of all files, what is to be deleted left out
 */
record Upkeep(
    List<StoredFile> leftovers,
    List<StoredFile> compress,
    List<StoredFile> expired,
    List<StoredFile> roll,
    long keptBytes) {

  private static final Comparator<StoredFile> OLDEST_FIRST =
      Comparator.comparing(StoredFile::lastWritten)
          .thenComparing(StoredFile::name, StoredName.BY_AGE)
          .thenComparing(StoredFile::path);

  static Upkeep plan(List<StoredFile> files, StoreLimits limits, Instant now) {
    List<StoredFile> leftovers = leftovers(files);
    List<StoredFile> kept = without(files, leftovers);
    List<StoredFile> expired = expired(kept, limits, now);
    kept = without(kept, expired);
    long keptBytes = kept.stream().mapToLong(StoredFile::diskBytes).sum();
    return new Upkeep(
        leftovers, compress(kept), expired, roll(kept, limits, now, keptBytes), keptBytes);
  }

  private static List<StoredFile> without(List<StoredFile> files, List<StoredFile> gone) {
    Set<StoredFile> removed = new HashSet<>(gone);
    return files.stream().filter(file -> !removed.contains(file)).toList();
  }

  private static List<StoredFile> leftovers(List<StoredFile> files) {
    Set<Path> compressed = new HashSet<>();
    files.stream()
        .filter(file -> file.name().form() == StoredName.Form.COMPRESSED)
        .forEach(file -> compressed.add(file.path()));
    return files.stream()
        .filter(
            file ->
                switch (file.name().form()) {
                  case UNFINISHED -> true;
                  case PLAIN -> compressed.contains(file.in(StoredName.Form.COMPRESSED));
                  case COMPRESSED -> false;
                })
        .toList();
  }

  private static List<StoredFile> expired(List<StoredFile> files, StoreLimits limits, Instant now) {
    List<StoredFile> expired = new ArrayList<>();
    long bytes = files.stream().mapToLong(StoredFile::diskBytes).sum();
    for (StoredFile file : rolledOldestFirst(files)) {
      boolean tooMuch = limits.retainBytes() > 0 && bytes > limits.retainBytes();
      if (tooMuch || isOlder(file.lastWritten(), limits.retainAge(), now)) {
        expired.add(file);
        bytes -= file.diskBytes();
      }
    }
    return expired;
  }

  private static List<StoredFile> rolledOldestFirst(List<StoredFile> files) {
    return files.stream().filter(file -> !file.name().isCurrent()).sorted(OLDEST_FIRST).toList();
  }

  private static boolean isOlder(Instant lastWritten, Duration age, Instant now) {
    return !age.isZero() && lastWritten.plus(age).isBefore(now);
  }

  private static List<StoredFile> compress(List<StoredFile> files) {
    Map<Path, StoredFile> newest = new HashMap<>();
    List<StoredFile> rolled =
        files.stream()
            .filter(file -> !file.name().isCurrent())
            .sorted(Comparator.comparing(StoredFile::name, StoredName.BY_AGE))
            .toList();
    rolled.forEach(file -> newest.put(file.base(), file));
    return rolled.stream()
        .filter(file -> file.name().form() == StoredName.Form.PLAIN)
        .filter(file -> !file.equals(newest.get(file.base())))
        .toList();
  }

  private static List<StoredFile> roll(
      List<StoredFile> files, StoreLimits limits, Instant now, long keptBytes) {
    List<StoredFile> roll = new ArrayList<>();
    long bytes = keptBytes;
    List<StoredFile> current =
        files.stream()
            .filter(file -> file.name().isCurrent() && file.sizeBytes() > 0)
            .sorted(OLDEST_FIRST)
            .toList();
    for (StoredFile file : current) {
      boolean tooMuch = limits.retainBytes() > 0 && bytes > limits.retainBytes();
      if (tooMuch || isOlder(file.lastWritten(), limits.rollAge(), now)) {
        roll.add(file);
        bytes -= tooMuch ? file.diskBytes() : 0;
      }
    }
    return roll;
  }
}
