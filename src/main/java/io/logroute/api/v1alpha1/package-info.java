// SPDX-License-Identifier: Apache-2.0
/**
 * The custom resources of {@code logroute.io/v1alpha1} as Java types. The definitions in {@code
 * crds/} are generated from them.
 */
package io.logroute.api.v1alpha1;
