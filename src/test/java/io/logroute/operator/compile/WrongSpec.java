// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.compile;

import java.util.List;

/**
 * A wrong LogRoute and what has to be said about it, for every place that says it.
 *
 * @param spec as YAML
 * @param sentences what the operator and lint say, in order
 * @param fromApiServer whether {@code kubectl apply} says the first of them already
 */
public record WrongSpec(String spec, List<String> sentences, boolean fromApiServer) {

  private static final String MISSING = "must specify a value for log opt 'zmq-address'";
  private static final String NEEDS_NON_BLOCKING =
      "logger: max-buffer-size option is only supported with 'mode=non-blocking'";
  private static final String NO_ADDRESS =
      "is not an address: write tcp://host:port, with a port from 1 to 65535 and an IPv6 address in"
          + " brackets";
  private static final String NO_ID =
      "is not an id: use 1 to 128 of A-Z a-z 0-9 . _ - and not . or .. alone";
  private static final String ONE_ENDPOINT =
      "only one of zmqAddress, endpointRef and option zmq-address may be set";
  private static final String ONE_SOURCE =
      "tenantId: exactly one of value, fromLabel, fromAnnotation and fromEnv must be set";

  /** One case for each rule, and some for several at once. */
  public static List<WrongSpec> all() {
    return List.of(
        atApply("{}", MISSING),
        atApply("{zmqAddress: ''}", MISSING),
        atApply("{options: {zmq-address: ''}}", MISSING),
        atApply("{options: {mode: blocking}}", MISSING),
        atApply("{driver: fluentd}", "logger: no log driver named 'fluentd' is registered"),
        atApply("{driver: ZMQ}", "logger: no log driver named 'ZMQ' is registered"),
        atApply(with("{foo: '1'}"), "unknown log opt 'foo' for zmq log driver"),
        atApply(
            with("{foo: '1', bar: '2'}"),
            "unknown log opt 'bar' for zmq log driver",
            "unknown log opt 'foo' for zmq log driver"),
        atApply(with("{labels: a}"), "unknown log opt 'labels' for zmq log driver"),
        atApply(with("{max-size: 10m}"), "unknown log opt 'max-size' for zmq log driver"),
        atApply(
            "{driver: json-file, options: {zmq-address: 'tcp://a:1'}}",
            "unknown log opt 'zmq-address' for json-file log driver"),
        atApply(with("{mode: x}"), "logger: logging mode not supported: x"),
        atApply("{driver: json-file, options: {mode: x}}", "logger: logging mode not supported: x"),
        atApply(with("{max-buffer-size: 4m}"), NEEDS_NON_BLOCKING),
        atApply(with("{mode: blocking, max-buffer-size: 4m}"), NEEDS_NON_BLOCKING),
        atApply(
            with("{mode: non-blocking, max-buffer-size: zz}"),
            "error parsing option max-buffer-size: invalid size: 'zz'"),
        atApply(
            with("{mode: non-blocking, max-buffer-size: 4x}"),
            "error parsing option max-buffer-size: invalid size: '4x'"),
        atApply(
            with("{mode: non-blocking, max-buffer-size: ''}"),
            "error parsing option max-buffer-size: invalid size: ''"),
        atApply(
            "{driver: json-file, options: {max-size: many}}",
            "error parsing option max-size: invalid size: 'many'"),
        later("{driver: json-file, options: {max-file: '0'}}", "max-file cannot be less than 1"),
        later(
            with("{tag: '{{.Nope}}'}"),
            "error parsing option tag: '{{.Nope}}' is not a placeholder: use {{.ID}}, {{.FullID}},"
                + " {{.Name}}, {{.ImageName}}, {{.PodName}}, {{.Namespace}}, {{.ContainerName}},"
                + " {{.NodeName}}"),
        later(
            with("{tag: 'a: b'}"),
            "error parsing option tag: 'a: b' can give ': ', where receivers take the tag to end:"
                + " leave out the space after the colon"),
        atApply(
            "{options: {zmq-address: 'central:5555'}}",
            "error parsing option zmq-address: 'central:5555' " + NO_ADDRESS),
        later(
            "{options: {zmq-address: 'tcp://central:0'}}",
            "error parsing option zmq-address: 'tcp://central:0' " + NO_ADDRESS),
        atApply("{zmqAddress: 'central:5555'}", "zmqAddress 'central:5555' " + NO_ADDRESS),
        later("{zmqAddress: 'tcp://a b:1'}", "zmqAddress 'tcp://a b:1' " + NO_ADDRESS),
        atApply("{zmqAddress: 'tcp://a:1', endpointRef: {name: central}}", ONE_ENDPOINT),
        atApply("{zmqAddress: 'tcp://a:1', options: {zmq-address: 'tcp://a:1'}}", ONE_ENDPOINT),
        atApply(
            "{endpointRef: {name: central}, options: {zmq-address: 'tcp://a:1'}}", ONE_ENDPOINT),
        atApply(
            "{driver: none, endpointRef: {name: central}}",
            "driver none takes no endpoint: remove zmqAddress and endpointRef"),
        atApply(
            "{driver: json-file, zmqAddress: 'tcp://a:1'}",
            "driver json-file takes no endpoint: remove zmqAddress and endpointRef"),
        atApply(to("tenantId: {value: 'a b'}"), "tenantId 'a b' " + NO_ID),
        atApply(to("serviceId: {value: '..'}"), "serviceId '..' " + NO_ID),
        atApply(to("serviceId: {value: ''}"), "serviceId '' " + NO_ID),
        atApply(to("tenantId: {fromLabel: x, default: 'a/b'}"), "tenantId.default 'a/b' " + NO_ID),
        atApply(to("tenantId: {default: x}"), ONE_SOURCE),
        atApply(to("tenantId: {value: a, fromEnv: B}"), ONE_SOURCE),
        atApply(to("maxLineBytes: 0"), "maxLineBytes is 1 to 16Mi"),
        atApply(to("maxLineBytes: 17Mi"), "maxLineBytes is 1 to 16Mi"),
        later(to("containers: {include: ['']}"), "containers: an empty glob fits no name"),
        later(
            to("selector: {matchExpressions: [{key: app, operator: Like, values: [a]}]}"),
            "selector.matchExpressions: operator 'Like' is none: use In, NotIn, Exists or"
                + " DoesNotExist"),
        later(
            to("selector: {matchExpressions: [{key: app, operator: In}]}"),
            "selector.matchExpressions: operator In needs values"),
        later(
            to("selector: {matchLabels: {'a b': c}}"),
            "selector.matchLabels: 'a b' is not the name of a label"),
        atApply(
            "{options: {mode: x, max-buffer-size: zz}}",
            "error parsing option max-buffer-size: invalid size: 'zz'",
            NEEDS_NON_BLOCKING,
            "logger: logging mode not supported: x",
            MISSING));
  }

  /** The text of a LogRoute with this spec. */
  public String document(String namespace, String name) {
    return """
        apiVersion: logroute.io/v1alpha1
        kind: LogRoute
        metadata: {name: %s, namespace: %s}
        spec: %s
        """
        .formatted(name, namespace, spec);
  }

  private static WrongSpec atApply(String spec, String... sentences) {
    return new WrongSpec(spec, List.of(sentences), true);
  }

  private static WrongSpec later(String spec, String... sentences) {
    return new WrongSpec(spec, List.of(sentences), false);
  }

  private static String with(String options) {
    return "{zmqAddress: 'tcp://a:1', options: " + options + "}";
  }

  private static String to(String field) {
    return "{zmqAddress: 'tcp://a:1', " + field + "}";
  }
}
