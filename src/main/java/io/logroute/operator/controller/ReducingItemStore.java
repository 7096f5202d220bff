// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An informer's store of reduced objects. Unlike JOSDK's {@code TransformingItemStore} it counts as
 * complete, so that the informer notes the keys of the first list and not the objects.
 */
final class ReducingItemStore<T extends HasMetadata> implements ItemStore<T> {

  private final UnaryOperator<T> reduction;
  private final ConcurrentHashMap<String, T> objects = new ConcurrentHashMap<>();

  ReducingItemStore(UnaryOperator<T> reduction) {
    this.reduction = reduction;
  }

  @Override
  public String getKey(T object) {
    return Cache.metaNamespaceKeyFunc(object);
  }

  @Override
  public @Nullable T put(String key, T object) {
    return objects.put(key, reduction.apply(object));
  }

  @Override
  public @Nullable T remove(String key) {
    return objects.remove(key);
  }

  @Override
  public Stream<String> keySet() {
    return objects.keySet().stream();
  }

  @Override
  public Stream<T> values() {
    return objects.values().stream();
  }

  @Override
  public int size() {
    return objects.size();
  }

  @Override
  public @Nullable T get(String key) {
    return objects.get(key);
  }
}
