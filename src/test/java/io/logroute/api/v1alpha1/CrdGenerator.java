// SPDX-License-Identifier: Apache-2.0
package io.logroute.api.v1alpha1;

import static java.util.Objects.requireNonNull;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.crdv2.generator.CRDPostProcessor;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.CustomResource;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Writes the resource definitions of all kinds into a folder, one file each. */
final class CrdGenerator {

  private static final List<Class<? extends CustomResource<?, ?>>> KINDS =
      List.of(
          LogRoute.class,
          ClusterLogRoute.class,
          LogEndpoint.class,
          LogAgent.class,
          NodeRouteTable.class);

  private CrdGenerator() {}

  /** One file a kind, named as the definition with {@code -v1.yml} behind. */
  static void generate(Path folder) {
    SpecSchema route = new SpecSchema();
    generate(folder, List.of(LogRoute.class), route);
    generate(folder, KINDS, new Finish(requireNonNull(route.seen)));
  }

  private static void generate(
      Path folder,
      List<Class<? extends CustomResource<?, ?>>> kinds,
      CRDPostProcessor postProcessor) {
    CRDGenerator generator = new CRDGenerator();
    kinds.forEach(generator::customResourceClasses);
    generator
        .forCRDVersions("v1")
        .withMinQuotes(true)
        .withPostProcessor(postProcessor)
        .inOutputDir(folder.toFile())
        .generate();
  }

  /** Keeps the schema of the spec that is generated. */
  private static final class SpecSchema implements CRDPostProcessor {
    private @Nullable JSONSchemaProps seen;

    @Override
    public HasMetadata process(HasMetadata crd, String version) {
      seen = specOf(((CustomResourceDefinition) crd).getSpec().getVersions().getFirst());
      return crd;
    }
  }

  private static JSONSchemaProps specOf(CustomResourceDefinitionVersion version) {
    return requireNonNull(version.getSchema().getOpenAPIV3Schema().getProperties().get("spec"));
  }

  /**
   * What the generator has no annotation for: the order of columns, lists that are maps, and the
   * tables' items. And what it does twice: a rule on a record's component is found on its field and
   * on its accessor, and server-side apply refuses a list of rules that names one twice.
   */
  private static final class Finish implements CRDPostProcessor {

    private final Map<String, Class<?>> byKind =
        KINDS.stream().collect(Collectors.toMap(Class::getSimpleName, Function.identity()));

    private final JSONSchemaProps route;

    /**
     * @param route the schema of a LogRoute's spec
     */
    Finish(JSONSchemaProps route) {
      this.route = route;
    }

    @Override
    public HasMetadata process(HasMetadata object, String version) {
      CustomResourceDefinition crd = (CustomResourceDefinition) object;
      Class<?> kind = requireNonNull(byKind.get(crd.getSpec().getNames().getKind()));
      for (CustomResourceDefinitionVersion v : crd.getSpec().getVersions()) {
        if (kind.equals(ClusterLogRoute.class)) {
          specOf(v).getProperties().putAll(route.getProperties());
          specOf(v).setXKubernetesValidations(route.getXKubernetesValidations());
        }
        if (kind.equals(NodeRouteTable.class)) {
          specOf(v).getProperties().values().forEach(Finish::leaveItemsOpen);
        }
        orderColumns(v.getAdditionalPrinterColumns(), kind);
        conditionsByType(v.getSchema().getOpenAPIV3Schema());
        eachRuleOnce(v.getSchema().getOpenAPIV3Schema());
      }
      return crd;
    }

    /**
     * The API server walks through each value that a schema describes several times a request,
     * which took a third of what a table's write and its agent's answer cost it
     * (docs/performance-operator.md). The operator alone writes tables, and the agent takes none
     * that it cannot use. So what an item has is told in words.
     */
    private static void leaveItemsOpen(JSONSchemaProps list) {
      if (list.getItems() == null) {
        return;
      }
      JSONSchemaProps item = list.getItems().getSchema();
      list.setDescription(list.getDescription() + " Each has " + inWords(item) + ".");
      JSONSchemaProps open = new JSONSchemaProps();
      open.setType("object");
      open.setXKubernetesPreserveUnknownFields(true);
      list.getItems().setSchema(open);
    }

    private static String inWords(JSONSchemaProps item) {
      return item.getProperties().entrySet().stream()
          .map(field -> field.getKey() + ofField(field.getValue()))
          .collect(Collectors.joining("; "));
    }

    private static String ofField(JSONSchemaProps field) {
      String said = field.getDescription() == null ? "" : field.getDescription();
      String words = said.endsWith(".") ? said.substring(0, said.length() - 1) : said;
      JSONSchemaProps item = field.getItems() == null ? field : field.getItems().getSchema();
      String within =
          item.getProperties() == null || item.getProperties().isEmpty()
              ? ""
              : " [" + inWords(item) + "]";
      return " (" + words + ")" + within;
    }

    private static void orderColumns(List<CustomResourceColumnDefinition> columns, Class<?> kind) {
      List<String> order =
          Stream.of(kind.getAnnotationsByType(AdditionalPrinterColumn.class))
              .map(AdditionalPrinterColumn::name)
              .toList();
      columns.sort(Comparator.comparing(c -> order.indexOf(c.getName())));
    }

    private static void conditionsByType(JSONSchemaProps root) {
      JSONSchemaProps status = requireNonNull(root.getProperties().get("status"));
      JSONSchemaProps conditions = status.getProperties().get("conditions");
      if (conditions != null) {
        conditions.setXKubernetesListType("map");
        conditions.setXKubernetesListMapKeys(List.of("type"));
        conditions.getItems().getSchema().setRequired(List.of("status", "type"));
      }
    }

    private static void eachRuleOnce(JSONSchemaProps schema) {
      schema.setXKubernetesValidations(
          schema.getXKubernetesValidations().stream().distinct().toList());
      schema.getProperties().values().forEach(Finish::eachRuleOnce);
      if (schema.getItems() != null) {
        eachRuleOnce(schema.getItems().getSchema());
      }
    }
  }
}
