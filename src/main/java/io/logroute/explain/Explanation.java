// SPDX-License-Identifier: Apache-2.0
package io.logroute.explain;

import static java.util.Objects.requireNonNullElse;

import io.fabric8.kubernetes.api.model.Condition;
import io.logroute.api.v1alpha1.LogRouteStatus;
import io.logroute.api.v1alpha1.NameRef;
import io.logroute.operator.compile.NamespaceFacts;
import io.logroute.operator.compile.PodFacts;
import io.logroute.operator.compile.PodFacts.ContainerFacts;
import io.logroute.operator.compile.RouteFacts;
import io.logroute.operator.compile.RouteJudge;
import io.logroute.operator.compile.RouteRules;
import io.logroute.operator.compile.RouteVerdict;
import io.logroute.operator.compile.Selection;
import io.logroute.operator.compile.Selection.Selected;
import io.logroute.operator.compile.TableCompiler;
import io.logroute.operator.compile.TableCompiler.Compiled;
import io.logroute.options.LogOptionValidators;
import io.logroute.table.NodeRouteTable.Assignment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The answer to a question about a pod, as lines of text. A pure function of the question. */
final class Explanation {

  private final PodQuestion question;
  private final PodFacts pod;
  private final NamespaceFacts namespace;
  private final List<RouteVerdict> verdicts = new ArrayList<>();
  private final Compiled compiled;
  private final List<String> lines = new ArrayList<>();

  private Explanation(PodQuestion question) {
    this.question = question;
    pod = PodFacts.of(question.pod());
    namespace = question.namespace();
    question.routes().forEach(route -> judge(RouteFacts.of(route), route.getStatus()));
    question.clusterRoutes().forEach(route -> judge(RouteFacts.of(route), route.getStatus()));
    compiled = TableCompiler.compile(nodeName(), null, verdicts, name -> namespace, List.of(pod));
  }

  static List<String> of(PodQuestion question) {
    return new Explanation(question).run();
  }

  /** Whether addresses in routes are allowed only the operator knows; its condition says it. */
  private void judge(RouteFacts route, @Nullable LogRouteStatus status) {
    boolean forbidden =
        status != null
            && requireNonNullElse(status.conditions(), List.<Condition>of()).stream()
                .anyMatch(
                    c -> RouteVerdict.Cause.InlineAddressForbidden.name().equals(c.getReason()));
    RouteRules rules = new RouteRules(LogOptionValidators.builtIn());
    verdicts.add(
        new RouteJudge(rules, !forbidden)
            .judge(route, name -> Optional.ofNullable(question.endpoints().get(name)), namespace));
  }

  private String nodeName() {
    return requireNonNullElse(question.pod().getSpec().getNodeName(), "");
  }

  private List<String> run() {
    String where = nodeName().isEmpty() ? "not on a node yet" : "on node " + nodeName();
    lines.add("Pod " + pod.namespace() + "/" + pod.name() + ", " + where);
    question.unread().forEach(sentence -> lines.add("  note: " + sentence));
    lines.add("");
    routes();
    pod.containers().forEach(this::container);
    lines.add("");
    lines.addAll(new NodeAnswer(question, pod, compiled.table()).lines());
    return lines;
  }

  private void routes() {
    if (verdicts.isEmpty()) {
      lines.add("Routes: none in namespace " + pod.namespace() + ", and no ClusterLogRoute");
      return;
    }
    lines.add("Routes:");
    for (RouteVerdict verdict : verdicts) {
      lines.add("  " + verdict.route().title() + ": " + state(verdict));
    }
  }

  private String state(RouteVerdict verdict) {
    if (!verdict.accepted()) {
      return "not accepted: "
          + verdict.refusals().stream()
              .map(RouteVerdict.Refusal::sentence)
              .collect(Collectors.joining("; "));
    }
    Optional<String> mismatch = Selection.mismatch(verdict, namespace, pod);
    if (mismatch.isPresent()) {
      return "does not select this pod: " + mismatch.get();
    }
    return verdict.unresolved() == null
        ? "selects this pod"
        : "selects this pod, but cannot be used: " + verdict.unresolved().sentence();
  }

  private void container(ContainerFacts container) {
    lines.add("");
    lines.add("Container " + container.name() + ":");
    List<Selected> selecting = Selection.of(namespace, pod, container, verdicts);
    List<Assignment> taken = assignments(container.name());
    for (Selected selected : selecting) {
      lines.add("  " + fate(selected, taken));
    }
    if (selecting.isEmpty()) {
      lines.add("  no route selects it: its lines stay on the node");
    } else if (taken.isEmpty()) {
      lines.add("  so its lines stay on the node");
    }
  }

  private List<Assignment> assignments(String container) {
    return compiled.table().pods().getFirst().containers().stream()
        .filter(entry -> entry.name().equals(container))
        .flatMap(entry -> entry.routes().stream())
        .toList();
  }

  private String fate(Selected selected, List<Assignment> taken) {
    RouteVerdict verdict = selected.verdict();
    String title = verdict.route().title();
    RouteVerdict other = selected.overriddenBy();
    if (other != null) {
      return title + " does not decide: it is left to " + other.route().title();
    }
    if (verdict.unresolved() != null) {
      return title + " claims it, but cannot be used: " + verdict.unresolved().sentence();
    }
    String tableName = verdict.route().tableName();
    Optional<Assignment> assignment =
        taken.stream().filter(a -> a.route().equals(tableName)).findFirst();
    if (assignment.isEmpty()) {
      return title + " is not used: " + problems(tableName);
    }
    String driver = driverOf(verdict);
    if (driver.equals(LogOptionValidators.NONE)) {
      return title + " decides: driver none, its lines stay on the node";
    }
    return title
        + " decides: tenant "
        + assignment.get().tenantId()
        + ", service "
        + assignment.get().serviceId()
        + ", to "
        + destination(verdict, driver)
        + (problems(tableName).isEmpty() ? "" : " (" + problems(tableName) + ")");
  }

  private static String driverOf(RouteVerdict verdict) {
    return verdict.route().spec() == null ? "" : verdict.route().spec().driverOrDefault();
  }

  private static String destination(RouteVerdict verdict, String driver) {
    if (verdict.endpoint() == null) {
      return "driver " + driver;
    }
    NameRef reference =
        verdict.route().spec() == null ? null : verdict.route().spec().endpointRef();
    String addresses = String.join(", ", verdict.endpoint().addresses());
    return reference == null
        ? addresses
        : "LogEndpoint " + verdict.endpoint().name() + " (" + addresses + ")";
  }

  private String problems(String route) {
    SortedSet<String> problems = compiled.problems().getOrDefault(route, new TreeSet<>());
    return String.join("; ", problems);
  }
}
