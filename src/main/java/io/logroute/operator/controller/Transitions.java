// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.logroute.operator.status.Reason;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the transitions of objects: when the status or the reason of condition {@code Ready}
 * changes, one Event and one line of the log. What is on its way ({@code NodesPending}) is no
 * transition yet. What an object's status says already is not told again, also not by the next
 * operator. An Event that cannot be written is a line of the log, no more. Thread-safe.
 */
final class Transitions {

  private static final Logger LOG = LoggerFactory.getLogger(Transitions.class);

  private static final String READY = "Ready";
  private static final String REPORTER = "logroute.io/operator";

  /** What the API server takes as a note (events.k8s.io/v1). */
  private static final int MAX_NOTE_CHARS = 1024;

  /** Leaves room for what the API server adds to a name. */
  private static final int MAX_PREFIX_CHARS = 200;

  private static final int MAX_REMEMBERED = 10_000;
  private static final DateTimeFormatter MICROS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

  private final KubernetesClient client;
  private final String instance;
  private final InstantSource clock;

  /** What was told last, by uid: a status that is written twice is told once. */
  private final Map<String, String> told =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
          return size() > MAX_REMEMBERED;
        }
      };

  /**
   * @param instance which operator this is
   */
  Transitions(KubernetesClient client, String instance, InstantSource clock) {
    this.client = client;
    this.instance = instance;
    this.clock = clock;
  }

  /**
   * Tells what changes with a new status.
   *
   * @param object as it is now
   * @param before its conditions now
   * @param after those that are about to be written
   */
  void tell(HasMetadata object, @Nullable List<Condition> before, @Nullable List<Condition> after) {
    Condition now = ready(after).orElse(null);
    if (now == null
        || Reason.NodesPending.name().equals(now.getReason())
        || says(now).equals(ready(before).map(Transitions::says).orElse(""))
        || says(now).equals(lastTold(object, says(now)))) {
      return;
    }
    boolean good = "True".equals(now.getStatus());
    LOG.info("{}: {}: {}", title(object), now.getReason(), now.getMessage());
    try {
      client.resource(event(object, now, good ? "Normal" : "Warning")).create();
    } catch (KubernetesClientException e) {
      LOG.warn("{}: the Event could not be written: {}", title(object), e.getMessage());
    }
  }

  private synchronized @Nullable String lastTold(HasMetadata object, String says) {
    return told.put(Objects.requireNonNullElse(object.getMetadata().getUid(), ""), says);
  }

  private static Optional<Condition> ready(@Nullable List<Condition> conditions) {
    return Objects.requireNonNullElse(conditions, List.<Condition>of()).stream()
        .filter(condition -> READY.equals(condition.getType()))
        .findFirst();
  }

  private static String says(Condition condition) {
    return condition.getStatus() + " " + condition.getReason();
  }

  private Event event(HasMetadata object, Condition now, String type) {
    ObjectMeta metadata = object.getMetadata();
    String note = Objects.requireNonNullElse(now.getMessage(), "");
    return new EventBuilder()
        .withNewMetadata()
        .withGenerateName(prefix(metadata.getName()))
        .withNamespace(Objects.requireNonNullElse(metadata.getNamespace(), "default"))
        .endMetadata()
        .withEventTime(new MicroTime(MICROS.format(clock.instant())))
        .withReportingController(REPORTER)
        .withReportingInstance(instance)
        .withAction("Reconcile")
        .withType(type)
        .withReason(now.getReason())
        .withNote(note.length() <= MAX_NOTE_CHARS ? note : note.substring(0, MAX_NOTE_CHARS))
        .withNewRegarding()
        .withApiVersion(object.getApiVersion())
        .withKind(object.getKind())
        .withName(metadata.getName())
        .withNamespace(metadata.getNamespace())
        .withUid(metadata.getUid())
        .endRegarding()
        .build();
  }

  private static String prefix(String name) {
    String cut = name.length() <= MAX_PREFIX_CHARS ? name : name.substring(0, MAX_PREFIX_CHARS);
    return cut.replaceAll("[.-]+$", "") + "-";
  }

  /** An object as lines of the log name it: {@code LogRoute team-a/web}. */
  static String title(HasMetadata object) {
    String namespace = object.getMetadata().getNamespace();
    return object.getKind()
        + " "
        + (namespace == null ? "" : namespace + "/")
        + object.getMetadata().getName();
  }
}
