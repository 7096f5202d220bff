// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.deser.BeanDeserializerFactory;
import com.fasterxml.jackson.databind.deser.Deserializers;
import com.fasterxml.jackson.databind.deser.ResolvableDeserializer;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.jsontype.TypeDeserializer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Builds the reader of a type of Kubernetes when the first value of it is read. Jackson builds
 * those of all types that a type can hold, however deep, which for a pod is all kinds of volumes: a
 * quarter of the operator's start, for types of which it never sees one.
 */
final class LazyReaders extends Deserializers.Base {

  private static final String MODEL = "io.fabric8.kubernetes.api.model.";

  @Override
  public @Nullable JsonDeserializer<?> findBeanDeserializer(
      JavaType type, DeserializationConfig config, BeanDescription description) {
    return type.getRawClass().getName().startsWith(MODEL) && type.isConcrete()
        ? new Lazy(type)
        : null;
  }

  @Override
  public boolean hasDeserializerFor(DeserializationConfig config, Class<?> type) {
    return false;
  }

  /** One for each type, in the mapper's cache; used by any thread. */
  private static final class Lazy extends StdDeserializer<Object> {
    private static final long serialVersionUID = 1;

    private transient volatile @Nullable JsonDeserializer<Object> built;

    Lazy(JavaType type) {
      super(type);
    }

    /** Building one builds no other, so that no lock is waited for in a circle. */
    private JsonDeserializer<Object> reader(DeserializationContext context)
        throws JsonMappingException {
      JsonDeserializer<Object> reader = built;
      if (reader != null) {
        return reader;
      }
      synchronized (this) {
        reader = built;
        if (reader == null) {
          reader = build(context);
          built = reader;
        }
        return reader;
      }
    }

    private JsonDeserializer<Object> build(DeserializationContext context)
        throws JsonMappingException {
      BeanDeserializerFactory factory = (BeanDeserializerFactory) context.getFactory();
      JsonDeserializer<Object> reader =
          factory.buildBeanDeserializer(
              context, _valueType, context.getConfig().introspect(_valueType));
      if (reader instanceof ResolvableDeserializer resolvable) {
        resolvable.resolve(context);
      }
      @SuppressWarnings("unchecked")
      JsonDeserializer<Object> contextual =
          (JsonDeserializer<Object>)
              context.handlePrimaryContextualization(reader, null, _valueType);
      return contextual;
    }

    @Override
    public boolean isCachable() {
      return true;
    }

    @Override
    public Object deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      return reader(context).deserialize(parser, context);
    }

    @Override
    public Object deserialize(JsonParser parser, DeserializationContext context, Object into)
        throws IOException {
      return reader(context).deserialize(parser, context, into);
    }

    @Override
    public Object deserializeWithType(
        JsonParser parser, DeserializationContext context, TypeDeserializer types)
        throws IOException {
      return reader(context).deserializeWithType(parser, context, types);
    }

    @Override
    public @Nullable Object getEmptyValue(DeserializationContext context)
        throws JsonMappingException {
      return reader(context).getEmptyValue(context);
    }
  }
}
