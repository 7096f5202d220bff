// SPDX-License-Identifier: Apache-2.0
package io.logroute.lint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.logroute.api.v1alpha1.ClusterLogRouteSpec;
import io.logroute.api.v1alpha1.LogAgentSpec;
import io.logroute.api.v1alpha1.LogEndpointSpec;
import io.logroute.api.v1alpha1.LogRouteSpec;
import io.logroute.operator.compile.AgentRules;
import io.logroute.operator.compile.EndpointRules;
import io.logroute.operator.compile.RouteRules;
import io.logroute.operator.compile.SpecProblem;
import io.logroute.options.LogOptionValidators;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A kind that people write, with what it is held to.
 *
 * @param schema of the API server
 * @param rules the operator's, on a spec that the schema lets through
 */
record ResourceKind(ResourceSchema schema, Function<JsonNode, Verdict> rules) {

  /**
   * What the operator has to say about a spec.
   *
   * @param errors why it is refused
   * @param remarks what is allowed and means nothing
   */
  record Verdict(List<SpecProblem> errors, List<SpecProblem> remarks) {}

  private static final ObjectMapper MAPPER =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  /** All of them, by name. */
  static Map<String, ResourceKind> all() {
    RouteRules routes = new RouteRules(LogOptionValidators.builtIn());
    Map<String, ResourceKind> kinds = new TreeMap<>();
    kinds.put("LogRoute", of("logroutes", LogRouteSpec.class, routes::check, routes::remarks));
    kinds.put(
        "ClusterLogRoute",
        of(
            "clusterlogroutes",
            ClusterLogRouteSpec.class,
            routes::checkClusterWide,
            routes::remarksClusterWide));
    kinds.put(
        "LogEndpoint",
        of("logendpoints", LogEndpointSpec.class, EndpointRules::check, EndpointRules::remarks));
    kinds.put(
        "LogAgent", of("logagents", LogAgentSpec.class, AgentRules::check, spec -> List.of()));
    return kinds;
  }

  private static <S> ResourceKind of(
      String plural,
      Class<S> type,
      Function<S, List<SpecProblem>> errors,
      Function<S, List<SpecProblem>> remarks) {
    return new ResourceKind(ResourceSchema.of(plural), json -> judge(json, type, errors, remarks));
  }

  /** Numbers that the schema lets through may still be too large for the field. */
  private static <S> Verdict judge(
      JsonNode json,
      Class<S> type,
      Function<S, List<SpecProblem>> errors,
      Function<S, List<SpecProblem>> remarks) {
    S spec;
    try {
      spec = MAPPER.treeToValue(json, type);
    } catch (JsonProcessingException e) {
      String path = path(e);
      String sentence = "spec." + path + " cannot be read: out of range";
      return new Verdict(List.of(new SpecProblem(path, sentence)), List.of());
    }
    List<SpecProblem> wrong = errors.apply(spec);
    return new Verdict(wrong, wrong.isEmpty() ? remarks.apply(spec) : List.of());
  }

  /** A spec that the rules let through. */
  static <S> S read(JsonNode json, Class<S> type) {
    try {
      return MAPPER.treeToValue(json, type);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the rules let it through", e);
    }
  }

  private static String path(JsonProcessingException e) {
    StringBuilder path = new StringBuilder();
    if (e instanceof JsonMappingException mapping) {
      for (JsonMappingException.Reference step : mapping.getPath()) {
        String name = step.getFieldName();
        String dot = path.isEmpty() ? "" : ".";
        path.append(name == null ? "[" + step.getIndex() + "]" : dot + name);
      }
    }
    return path.toString();
  }
}
