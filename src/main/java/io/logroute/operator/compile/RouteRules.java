// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.compile;

import io.fabric8.kubernetes.api.model.Quantity;
import io.logroute.api.v1alpha1.ClusterLogRouteSpec;
import io.logroute.api.v1alpha1.ContainerGlobs;
import io.logroute.api.v1alpha1.LogRouteSpec;
import io.logroute.api.v1alpha1.NameRef;
import io.logroute.api.v1alpha1.RateLimit;
import io.logroute.api.v1alpha1.ValueSource;
import io.logroute.options.AddressFrom;
import io.logroute.options.ByteQuantity;
import io.logroute.options.LogOptionValidators;
import io.logroute.options.OptionProblem;
import io.logroute.options.TcpAddress;
import io.logroute.options.TenantServiceId;
import io.logroute.table.NodeRouteTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Every rule of a LogRoute's and of a ClusterLogRoute's spec. The operator and {@code lint} ask it;
 * the API server has those of the rules that CEL can say, in the same words. All problems are
 * found, sorted by field.
 *
 * <p>Immutable and safe on any thread, as its validators are once registered.
 */
public final class RouteRules {

  /** The one driver that takes an endpoint. */
  static final String ZMQ = "zmq";

  static final String ZMQ_ADDRESS = "zmq-address";

  /** No agent keeps a longer line in memory. */
  static final long MAX_LINE_BYTES_LIMIT = 16 << 20;

  private final LogOptionValidators validators;

  public RouteRules(LogOptionValidators validators) {
    this.validators = validators;
  }

  /** All that is wrong with a spec; a missing one is a problem too. */
  public List<SpecProblem> check(@Nullable LogRouteSpec spec) {
    if (spec == null) {
      return List.of(new SpecProblem("", "spec is missing"));
    }
    List<SpecProblem> problems = new ArrayList<>();
    problems.addAll(LabelSelectors.problems("selector", spec.selector()));
    problems.addAll(options(spec));
    problems.addAll(endpoint(spec));
    problems.addAll(id("tenantId", spec.tenantId()));
    problems.addAll(id("serviceId", spec.serviceId()));
    problems.addAll(globs(spec.containersOrDefault()));
    problems.addAll(maxLineBytes(spec.maxLineBytes()));
    problems.addAll(rateLimit(spec.rateLimit()));
    return SpecProblem.sorted(problems);
  }

  /** All that is wrong with a ClusterLogRoute's spec; a missing one is a problem too. */
  public List<SpecProblem> checkClusterWide(@Nullable ClusterLogRouteSpec spec) {
    if (spec == null) {
      return check(null);
    }
    List<SpecProblem> problems = new ArrayList<>(check(spec.route()));
    problems.addAll(LabelSelectors.problems("namespaceSelector", spec.namespaceSelector()));
    return SpecProblem.sorted(problems);
  }

  /** What is allowed but selects nothing; {@code lint} says so. */
  public List<SpecProblem> remarks(LogRouteSpec spec) {
    List<SpecProblem> remarks = new ArrayList<>(Contradictions.of("selector", spec.selector()));
    remarks.addAll(Contradictions.of(spec.containersOrDefault()));
    return SpecProblem.sorted(remarks);
  }

  /** What is allowed but selects nothing; {@code lint} says so. */
  public List<SpecProblem> remarksClusterWide(ClusterLogRouteSpec spec) {
    List<SpecProblem> remarks = new ArrayList<>(remarks(spec.route()));
    remarks.addAll(Contradictions.of("namespaceSelector", spec.namespaceSelector()));
    return SpecProblem.sorted(remarks);
  }

  /** All that is wrong with a route, whatever kind it was written as. */
  List<SpecProblem> checkFacts(RouteFacts route) {
    if (route.unreadable() != null) {
      return List.of(route.unreadable());
    }
    List<SpecProblem> problems = new ArrayList<>(check(route.spec()));
    if (route.scope() instanceof RouteScope.Namespaces namespaces) {
      problems.addAll(LabelSelectors.problems("namespaceSelector", namespaces.selector()));
    }
    return SpecProblem.sorted(problems);
  }

  private List<SpecProblem> options(LogRouteSpec spec) {
    AddressFrom from = hasOwnEndpoint(spec) ? AddressFrom.ROUTE : AddressFrom.OPTION;
    return validators.validate(spec.driverOrDefault(), spec.optionsOrDefault(), from).stream()
        .map(p -> new SpecProblem(fieldOf(p), p.sentence()))
        .toList();
  }

  private static String fieldOf(OptionProblem problem) {
    return problem.key().equals(OptionProblem.DRIVER) ? "driver" : "options." + problem.key();
  }

  private static List<SpecProblem> endpoint(LogRouteSpec spec) {
    String driver = spec.driverOrDefault();
    String address = spec.zmqAddress();
    if (!driver.equals(ZMQ)) {
      return address == null && spec.endpointRef() == null
          ? List.of()
          : List.of(
              new SpecProblem(
                  "endpointRef",
                  "driver " + driver + " takes no endpoint: remove zmqAddress and endpointRef"));
    }
    List<SpecProblem> problems = new ArrayList<>();
    boolean inOptions = spec.optionsOrDefault().containsKey(ZMQ_ADDRESS);
    if (Stream.of(address != null, spec.endpointRef() != null, inOptions).filter(b -> b).count()
        > 1) {
      problems.add(
          new SpecProblem(
              "endpointRef",
              "only one of zmqAddress, endpointRef and option zmq-address may be set"));
    }
    if (address != null && !address.isEmpty()) {
      TcpAddress.problem(address)
          .ifPresent(cause -> problems.add(new SpecProblem("zmqAddress", "zmqAddress " + cause)));
    }
    if (spec.endpointRef() != null && nameOf(spec.endpointRef()).isEmpty()) {
      problems.add(new SpecProblem("endpointRef.name", "endpointRef.name is missing"));
    }
    return problems;
  }

  private static boolean hasOwnEndpoint(LogRouteSpec spec) {
    String address = spec.zmqAddress();
    return spec.endpointRef() != null || (address != null && !address.isEmpty());
  }

  static String nameOf(NameRef ref) {
    return Objects.requireNonNullElse(ref.name(), "");
  }

  private static List<SpecProblem> id(String field, @Nullable ValueSource source) {
    if (source == null) {
      return List.of();
    }
    List<SpecProblem> problems = new ArrayList<>();
    long sources =
        Stream.of(source.value(), source.fromLabel(), source.fromAnnotation(), source.fromEnv())
            .filter(Objects::nonNull)
            .count();
    if (sources != 1) {
      problems.add(
          new SpecProblem(
              field,
              field + ": exactly one of value, fromLabel, fromAnnotation and fromEnv must be set"));
    }
    idProblem(field + ".value", field, source.value(), problems);
    idProblem(field + ".default", field + ".default", source.defaultValue(), problems);
    return problems;
  }

  private static void idProblem(
      String field, String shown, @Nullable String id, List<SpecProblem> problems) {
    if (id != null && !TenantServiceId.isValid(id)) {
      problems.add(new SpecProblem(field, TenantServiceId.sentence(shown, id)));
    }
  }

  private static List<SpecProblem> globs(ContainerGlobs globs) {
    return Stream.concat(globs.includeOrDefault().stream(), globs.excludeOrDefault().stream())
        .filter(String::isEmpty)
        .map(glob -> new SpecProblem("containers", "containers: an empty glob fits no name"))
        .toList();
  }

  private static List<SpecProblem> maxLineBytes(@Nullable Quantity quantity) {
    if (quantity == null) {
      return List.of();
    }
    OptionalLong bytes = ByteQuantity.parse(quantity.toString());
    return bytes.isPresent() && bytes.getAsLong() >= 1 && bytes.getAsLong() <= MAX_LINE_BYTES_LIMIT
        ? List.of()
        : List.of(new SpecProblem("maxLineBytes", "maxLineBytes is 1 to 16Mi"));
  }

  /** The limit of a line in bytes, of a spec that {@link #check} found nothing wrong with. */
  static long maxLineBytesOf(LogRouteSpec spec) {
    Quantity quantity = spec.maxLineBytes();
    return quantity == null
        ? NodeRouteTable.DEFAULT_MAX_LINE_BYTES
        : ByteQuantity.parse(quantity.toString()).orElse(NodeRouteTable.DEFAULT_MAX_LINE_BYTES);
  }

  private static List<SpecProblem> rateLimit(@Nullable RateLimit limit) {
    return limit == null || (isInRange(limit.linesPerSecond()) && isInRange(limit.burstOrDefault()))
        ? List.of()
        : List.of(
            new SpecProblem(
                "rateLimit", "rateLimit: linesPerSecond and burst are 1 to 1000000000"));
  }

  private static boolean isInRange(long lines) {
    return lines >= 1 && lines <= RateLimit.MAX_LINES;
  }
}
