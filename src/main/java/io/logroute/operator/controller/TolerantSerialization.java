// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.TreeNode;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.std.DelegatingDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.logroute.api.v1alpha1.ClusterLogRoute;
import io.logroute.api.v1alpha1.LogAgent;
import io.logroute.api.v1alpha1.LogEndpoint;
import io.logroute.api.v1alpha1.LogRoute;
import io.logroute.api.v1alpha1.NodeRouteTable;
import io.logroute.operator.compile.Unreadable;
import java.io.IOException;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads the operator's kinds whatever is in them. A status that Java cannot hold is left out (it is
 * written anew), a spec becomes {@link Unreadable}; without this one such object would fail the
 * list of all. A null in a list or a map, which the API server does not let through, is passed
 * over.
 */
public final class TolerantSerialization {

  private static final Set<Class<?>> KINDS =
      Set.of(
          LogRoute.class,
          ClusterLogRoute.class,
          LogEndpoint.class,
          LogAgent.class,
          NodeRouteTable.class);

  private TolerantSerialization() {}

  /** For a client that looks at a cluster. */
  public static KubernetesSerialization create() {
    return create(false);
  }

  /**
   * For the operator's client: of tables, which come back whole with each answer of an agent, it
   * reads no spec, since it wrote that itself.
   */
  public static KubernetesSerialization withoutTables() {
    return create(true);
  }

  private static KubernetesSerialization create(boolean withoutTables) {
    ObjectMapper mapper = new ObjectMapper();
    mapper.setDefaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.SKIP));
    mapper.registerModule(new Readers(withoutTables));
    return new KubernetesSerialization(mapper, true);
  }

  private static final class Readers extends SimpleModule {
    private static final long serialVersionUID = 1;

    Readers(boolean withoutTables) {
      super("logroute-tolerant");
      setDeserializerModifier(new Modifier(withoutTables));
    }

    @Override
    public void setupModule(SetupContext context) {
      super.setupModule(context);
      context.addDeserializers(new LazyReaders());
    }
  }

  private static final class Modifier extends BeanDeserializerModifier {
    private static final long serialVersionUID = 1;

    private final boolean withoutTables;

    Modifier(boolean withoutTables) {
      this.withoutTables = withoutTables;
    }

    @Override
    public JsonDeserializer<?> modifyDeserializer(
        DeserializationConfig config, BeanDescription description, JsonDeserializer<?> reader) {
      Class<?> kind = description.getBeanClass();
      boolean withoutSpec = withoutTables && kind == NodeRouteTable.class;
      return KINDS.contains(kind) ? new Tolerant(reader, withoutSpec) : reader;
    }
  }

  private static final class Tolerant extends DelegatingDeserializer {
    private static final long serialVersionUID = 1;

    private final boolean withoutSpec;

    Tolerant(JsonDeserializer<?> reader, boolean withoutSpec) {
      super(reader);
      this.withoutSpec = withoutSpec;
    }

    @Override
    protected JsonDeserializer<?> newDelegatingInstance(JsonDeserializer<?> reader) {
      return new Tolerant(reader, withoutSpec);
    }

    @Override
    public Object deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      TreeNode tree =
          withoutSpec && parser.hasToken(JsonToken.START_OBJECT)
              ? treeWithoutSpec(parser, context)
              : parser.getCodec().readTree(parser);
      if (!(tree instanceof ObjectNode object)) {
        return read(tree, parser, context);
      }
      try {
        return read(object, parser, context);
      } catch (JsonProcessingException first) {
        ObjectNode spec = object.deepCopy().without("status");
        try {
          return read(spec, parser, context);
        } catch (JsonProcessingException second) {
          Object bare = read(spec.without("spec"), parser, context);
          Unreadable.mark((HasMetadata) bare, cause(second));
          return bare;
        }
      }
    }

    private static ObjectNode treeWithoutSpec(JsonParser parser, DeserializationContext context)
        throws IOException {
      ObjectNode tree = context.getNodeFactory().objectNode();
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        parser.nextToken();
        if (name.equals("spec")) {
          parser.skipChildren();
        } else {
          tree.set(name, context.readTree(parser));
        }
      }
      return tree;
    }

    private Object read(TreeNode tree, JsonParser parser, DeserializationContext context)
        throws IOException {
      try (JsonParser again = tree.traverse(parser.getCodec())) {
        again.nextToken();
        return super.deserialize(again, context);
      }
    }

    private static String cause(JsonProcessingException e) {
      String path =
          e instanceof JsonMappingException mapping
              ? mapping.getPath().stream()
                  .map(step -> step.getFieldName() == null ? "[]" : step.getFieldName())
                  .collect(Collectors.joining("."))
              : "";
      return (path.isEmpty() ? "" : path + ": ") + "out of range, or of another type";
    }
  }
}
