// SPDX-License-Identifier: Apache-2.0
package io.logroute.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which pods go where, as which tenant and service: a LogRoute's whole spec, and the part of a
 * ClusterLogRoute's that it shares.
 *
 * <p>The rules are those that the API server can afford to check; their sentences are Docker's own
 * (moby daemon/logger). CEL names only the first unknown key, in sorted order.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "self.driver in ['json-file', 'none', 'zmq']",
    fieldPath = ".driver",
    message = "logger: no log driver with this name is registered",
    messageExpression = "\"logger: no log driver named '\" + self.driver + \"' is registered\"",
    reason = "FieldValueForbidden")
@ValidationRule(
    value =
        "self.driver != 'zmq' || !has(self.options) || self.options.all(k, k in "
            + LogRouteSpec.ZMQ_OPTIONS
            + ")",
    fieldPath = ".options",
    message = "unknown log opt for zmq log driver",
    messageExpression =
        "\"unknown log opt '\" + self.options.filter(k, !(k in "
            + LogRouteSpec.ZMQ_OPTIONS
            + ") && self.options.all(j, j in "
            + LogRouteSpec.ZMQ_OPTIONS
            + " || k <= j))[0] + \"' for zmq log driver\"",
    reason = "FieldValueForbidden")
@ValidationRule(
    value =
        "self.driver != 'json-file' || !has(self.options) || self.options.all(k, k in "
            + LogRouteSpec.JSON_FILE_OPTIONS
            + ")",
    fieldPath = ".options",
    message = "unknown log opt for json-file log driver",
    messageExpression =
        "\"unknown log opt '\" + self.options.filter(k, !(k in "
            + LogRouteSpec.JSON_FILE_OPTIONS
            + ") && self.options.all(j, j in "
            + LogRouteSpec.JSON_FILE_OPTIONS
            + " || k <= j))[0] + \"' for json-file log driver\"",
    reason = "FieldValueForbidden")
@ValidationRule(
    value =
        "self.driver != 'zmq' || has(self.endpointRef) || (has(self.zmqAddress) && self.zmqAddress != '') || ("
            + LogRouteSpec.HAS
            + "'zmq-address' in self.options && self.options['zmq-address'] != '')",
    message = "must specify a value for log opt 'zmq-address'",
    reason = "FieldValueRequired")
@ValidationRule(
    value =
        "self.driver != 'zmq' || [has(self.zmqAddress), has(self.endpointRef), "
            + LogRouteSpec.HAS
            + "'zmq-address' in self.options].filter(x, x).size() <= 1",
    message = "only one of zmqAddress, endpointRef and option zmq-address may be set",
    reason = "FieldValueForbidden")
@ValidationRule(
    value = "self.driver == 'zmq' || (!has(self.zmqAddress) && !has(self.endpointRef))",
    message = "this driver takes no endpoint: remove zmqAddress and endpointRef",
    messageExpression =
        "'driver ' + self.driver + ' takes no endpoint: remove zmqAddress and endpointRef'",
    reason = "FieldValueForbidden")
@ValidationRule(
    value =
        "!has(self.zmqAddress) || self.zmqAddress == '' || self.zmqAddress.matches("
            + LogRouteSpec.ADDRESS
            + ")",
    fieldPath = ".zmqAddress",
    message = LogRouteSpec.NO_ADDRESS,
    messageExpression =
        "\"zmqAddress '\" + self.zmqAddress + \"' is " + LogRouteSpec.NO_ADDRESS + "\"",
    reason = "FieldValueForbidden")
@ValidationRule(
    value =
        "self.driver != 'zmq' || !("
            + LogRouteSpec.HAS
            + "'zmq-address' in self.options) || self.options['zmq-address'] == '' || self.options['zmq-address'].matches("
            + LogRouteSpec.ADDRESS
            + ")",
    fieldPath = ".options",
    message = "error parsing option zmq-address: " + LogRouteSpec.NO_ADDRESS,
    messageExpression =
        "\"error parsing option zmq-address: '\" + self.options['zmq-address'] + \"' is "
            + LogRouteSpec.NO_ADDRESS
            + "\"",
    reason = "FieldValueForbidden")
@ValidationRule(
    value =
        "self.driver == 'none' || !("
            + LogRouteSpec.HAS
            + "'mode' in self.options) || self.options['mode'] in ['', 'blocking', 'non-blocking']",
    fieldPath = ".options",
    message = "logger: logging mode not supported",
    messageExpression = "'logger: logging mode not supported: ' + self.options['mode']",
    reason = "FieldValueForbidden")
@ValidationRule(
    value =
        "self.driver == 'none' || !("
            + LogRouteSpec.HAS
            + "'max-buffer-size' in self.options) || ('mode' in self.options && self.options['mode'] == 'non-blocking')",
    fieldPath = ".options",
    message = "logger: max-buffer-size option is only supported with 'mode=non-blocking'",
    reason = "FieldValueForbidden")
@ValidationRule(
    value =
        "self.driver == 'none' || !("
            + LogRouteSpec.HAS
            + "'max-buffer-size' in self.options) || self.options['max-buffer-size'].matches("
            + LogRouteSpec.SIZE
            + ")",
    fieldPath = ".options",
    message = "error parsing option max-buffer-size: invalid size",
    messageExpression =
        "\"error parsing option max-buffer-size: invalid size: '\" + self.options['max-buffer-size'] + \"'\"",
    reason = "FieldValueForbidden")
@ValidationRule(
    value =
        "self.driver != 'json-file' || !("
            + LogRouteSpec.HAS
            + "'max-size' in self.options) || self.options['max-size'].matches("
            + LogRouteSpec.SIZE
            + ")",
    fieldPath = ".options",
    message = "error parsing option max-size: invalid size",
    messageExpression =
        "\"error parsing option max-size: invalid size: '\" + self.options['max-size'] + \"'\"",
    reason = "FieldValueForbidden")
@ValidationRule(
    value =
        "!has(self.maxLineBytes) || (type(self.maxLineBytes) == string ? isQuantity(self.maxLineBytes) && !quantity(self.maxLineBytes).isLessThan(quantity('1')) && !quantity(self.maxLineBytes).isGreaterThan(quantity('16Mi')) : int(self.maxLineBytes) >= 1 && int(self.maxLineBytes) <= 16777216)",
    fieldPath = ".maxLineBytes",
    message = "maxLineBytes is 1 to 16Mi",
    reason = "FieldValueForbidden")
public record LogRouteSpec(
    @JsonPropertyDescription(
            "Which pods: of a LogRoute, those of its own namespace; default: every one. Of several"
                + " routes that select a container each counts, but driver none beats all"
                + " LogRoutes.")
        @Nullable LabelSelector selector,
    @JsonPropertyDescription("Which containers of these pods; default: every one.")
        @Nullable ContainerGlobs containers,
    @JsonPropertyDescription("Which outputs; default: both.") @Size(min = 1, max = 2)
        @Nullable List<OutputStreamName> streams,
    @Default("zmq")
        @Size(max = 63)
        @JsonPropertyDescription(
            "A registered log driver. Built in: zmq; none (these containers are not forwarded);"
                + " json-file (Docker's json-file records under the agent's state folder).")
        @Nullable String driver,
    @JsonPropertyDescription(
            "The tenant id that lines carry; default: env TENANT_ID, else env _TENANT_ID, else label"
                + " tenant_id, else 'default'.")
        @ValidationRule(
            value = ValueSource.ONE_RULE,
            message = "tenantId" + ValueSource.ONE,
            reason = "FieldValueForbidden")
        @ValidationRule(
            value = ValueSource.VALUE_RULE,
            fieldPath = ".value",
            message = "tenantId is " + ValueSource.NO_ID,
            messageExpression = "\"tenantId '\" + self.value + \"' is " + ValueSource.NO_ID + "\"",
            reason = "FieldValueForbidden")
        @ValidationRule(
            value = ValueSource.DEFAULT_RULE,
            fieldPath = ".default",
            message = "tenantId.default is " + ValueSource.NO_ID,
            messageExpression =
                "\"tenantId.default '\" + self.default + \"' is " + ValueSource.NO_ID + "\"",
            reason = "FieldValueForbidden")
        @Nullable ValueSource tenantId,
    @JsonPropertyDescription(
            "The service id that lines carry; default: env SERVICE_ID, else env _SERVICE_ID, else"
                + " label service_id, else 'default'.")
        @ValidationRule(
            value = ValueSource.ONE_RULE,
            message = "serviceId" + ValueSource.ONE,
            reason = "FieldValueForbidden")
        @ValidationRule(
            value = ValueSource.VALUE_RULE,
            fieldPath = ".value",
            message = "serviceId is " + ValueSource.NO_ID,
            messageExpression = "\"serviceId '\" + self.value + \"' is " + ValueSource.NO_ID + "\"",
            reason = "FieldValueForbidden")
        @ValidationRule(
            value = ValueSource.DEFAULT_RULE,
            fieldPath = ".default",
            message = "serviceId.default is " + ValueSource.NO_ID,
            messageExpression =
                "\"serviceId.default '\" + self.default + \"' is " + ValueSource.NO_ID + "\"",
            reason = "FieldValueForbidden")
        @Nullable ValueSource serviceId,
    @JsonPropertyDescription(
            "An endpoint in place, tcp://host:port, socket PUB, format three-frame: the short form of"
                + " option zmq-address.")
        @Size(max = 512)
        @Nullable String zmqAddress,
    @JsonPropertyDescription("A LogEndpoint of the platform team.") @Nullable NameRef endpointRef,
    @Default("Available")
        @JsonPropertyDescription(
            "Of a container that was running before the route selected it: everything that its files"
                + " still hold (Available), or only what is written from then on (None). A container"
                + " that starts later is read from its first byte in any case.")
        @Nullable Backfill backfill,
    @JsonPropertyDescription(
            "Log options as in docker run --log-opt, all values in quotes: zmq-address, mode,"
                + " max-buffer-size, tag; with driver json-file: mode, max-buffer-size, max-size,"
                + " max-file.")
        @Size(max = 16)
        @Nullable Map<String, @Size(max = 1024) String> options,
    @Default("1Mi")
        @JsonPropertyDescription(
            "Of a longer line the first bytes are sent; the rest is dropped and counted with reason"
                + " truncated.")
        @Nullable Quantity maxLineBytes,
    @JsonPropertyDescription("What is over this limit is dropped and counted; default: no limit.")
        @Nullable RateLimit rateLimit) {

  static final String HAS = "has(self.options) && ";
  static final String ZMQ_OPTIONS = "['zmq-address', 'mode', 'max-buffer-size', 'tag']";
  static final String JSON_FILE_OPTIONS =
      "['mode', 'max-buffer-size', 'max-size', 'max-file', 'tag']";
  static final String ADDRESS = "r'^tcp://(\\[[^\\]]{2,100}\\]|[^\\[\\]:/]{1,254}):[0-9]{1,5}$'";
  static final String NO_ADDRESS =
      "not an address: write tcp://host:port, with a port from 1 to 65535 and an IPv6 address in"
          + " brackets";
  static final String SIZE = "'^[0-9]{1,30}([.][0-9]{1,30})? ?[kKmMgGtTpP]?[iI]?[bB]?$'";

  /** {@link #selector}, or one that selects every pod. */
  public LabelSelector selectorOrDefault() {
    return selector == null ? new LabelSelector() : selector;
  }

  /** {@link #containers}, or every one. */
  public ContainerGlobs containersOrDefault() {
    return containers == null ? ContainerGlobs.EVERY : containers;
  }

  /** {@link #streams}, or both. */
  public List<OutputStreamName> streamsOrDefault() {
    return streams == null || streams.isEmpty() ? List.of(OutputStreamName.values()) : streams;
  }

  /** {@link #driver}, or {@code zmq}. */
  public String driverOrDefault() {
    return Objects.requireNonNullElse(driver, "zmq");
  }

  /** {@link #backfill}, or {@link Backfill#Available}. */
  public Backfill backfillOrDefault() {
    return Objects.requireNonNullElse(backfill, Backfill.Available);
  }

  /** {@link #options}, or none. */
  public Map<String, String> optionsOrDefault() {
    return Objects.requireNonNullElse(options, Map.of());
  }
}
