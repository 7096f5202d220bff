// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.StatusDetails;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import java.net.HttpURLConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a reconciliation that failed says: one line with the object and the cause, before JOSDK
 * tries again with growing pauses (whose own lines, a stack trace each, are switched off).
 */
final class Failures {

  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

  private Failures() {}

  static <P extends HasMetadata> ErrorStatusUpdateControl<P> tell(P object, Exception e) {
    if (e instanceof KubernetesClientException api) {
      if (isGone(object, api)) {
        LOG.debug("{}: gone before its status was written", Transitions.title(object));
        return ErrorStatusUpdateControl.<P>noStatusUpdate().withNoRetry();
      }
      LOG.warn("{}: will be tried again: {}", Transitions.title(object), api.getMessage());
    } else {
      LOG.error("{}: will be tried again, a fault of LogRoute:", Transitions.title(object), e);
    }
    return ErrorStatusUpdateControl.noStatusUpdate();
  }

  /** Not found may be something else that is needed, such as a definition. */
  private static boolean isGone(HasMetadata object, KubernetesClientException e) {
    StatusDetails details = e.getStatus() == null ? null : e.getStatus().getDetails();
    return e.getCode() == HttpURLConnection.HTTP_NOT_FOUND
        && details != null
        && object.getPlural().equals(details.getKind())
        && object.getMetadata().getName().equals(details.getName());
  }
}
