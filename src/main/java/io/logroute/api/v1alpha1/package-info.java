// SPDX-License-Identifier: Apache-2.0
/**
 * The custom resources of {@code logroute.io/v1alpha1} as Java types, data only. The definitions in
 * {@code crds/} are generated from them, with the rules that the API server itself can check; the
 * whole set of rules is {@code operator.compile.RouteRules}. A component that a document may leave
 * out is nullable here: the API server fills in defaults, a file given to {@code lint} has none, so
 * the {@code ...OrDefault} methods are what readers use.
 */
@NullMarked
package io.logroute.api.v1alpha1;

import org.jspecify.annotations.NullMarked;
