// SPDX-License-Identifier: Apache-2.0
package io.logroute.cluster;

import io.fabric8.kubernetes.client.KubernetesClient;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * JUnit extension: one {@link ControlPlane} for all test classes of the JVM, started by the first
 * and closed after the last. Tests take a {@link ControlPlane}, a {@link Kubectl} or a {@link
 * KubernetesClient} (the administrator's) as a parameter. A test may stop the API server; after the
 * test it runs again.
 */
public final class SharedApiServer
    implements BeforeAllCallback, AfterEachCallback, ParameterResolver {

  private static final Namespace NAMESPACE = Namespace.create(SharedApiServer.class);

  @Override
  public void beforeAll(ExtensionContext context) {
    controlPlane(context);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    controlPlane(context).startApiServer();
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == ControlPlane.class || type == Kubectl.class || type == KubernetesClient.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    ControlPlane controlPlane = controlPlane(context);
    Class<?> type = parameter.getParameter().getType();
    if (type == Kubectl.class) {
      return controlPlane.kubectl();
    }
    return type == KubernetesClient.class ? controlPlane.client() : controlPlane;
  }

  private static ControlPlane controlPlane(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent(ControlPlane.class, type -> ControlPlane.start(), ControlPlane.class);
  }
}
