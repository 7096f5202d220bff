// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.web;

import io.logroute.receiver.search.LogSearch;
import io.logroute.receiver.store.StoreCatalog;
import io.logroute.receiver.store.Traffic;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where the API has its answers from.
 *
 * @param access who may see what
 * @param traffic what was stored since the start
 * @param rates of the last minutes
 * @param catalog of the files; null: lines are not kept in files
 * @param search over the files; null: lines are not kept in files
 */
public record ApiSources(
    Access access,
    Traffic traffic,
    Rates rates,
    @Nullable StoreCatalog catalog,
    @Nullable LogSearch search) {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** Over the files of a folder. */
  public static ApiSources ofFiles(Path folder, Access access, Traffic traffic, Rates rates) {
    StoreCatalog catalog = new StoreCatalog(folder);
    return new ApiSources(access, traffic, rates, catalog, new LogSearch(catalog, PATIENCE));
  }

  /** Of a receiver that keeps lines elsewhere. */
  public static ApiSources withoutFiles(Access access, Traffic traffic, Rates rates) {
    return new ApiSources(access, traffic, rates, null, null);
  }

  LogSearch searchable() throws Refused {
    LogSearch files = search;
    if (files == null) {
      throw new Refused(404, "this receiver keeps no lines in files: look for them in its sink");
    }
    return files;
  }
}
