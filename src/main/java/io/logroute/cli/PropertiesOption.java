// SPDX-License-Identifier: Apache-2.0
package io.logroute.cli;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** An option that names a properties file. */
final class PropertiesOption {

  private PropertiesOption() {}

  /** What is in the file; nothing when the option is not given. */
  static Map<String, String> read(String option, @Nullable Path file) {
    Map<String, String> found = new HashMap<>();
    if (file != null) {
      Properties properties = new Properties();
      try (Reader reader = Files.newBufferedReader(file)) {
        properties.load(reader);
      } catch (NoSuchFileException e) {
        throw new UsageException("cannot read %s: there is no file %s".formatted(option, file));
      } catch (IOException | IllegalArgumentException e) {
        throw new UsageException("cannot read %s: %s".formatted(option, e.getMessage()));
      }
      properties.stringPropertyNames().forEach(n -> found.put(n, properties.getProperty(n)));
    }
    return found;
  }
}
