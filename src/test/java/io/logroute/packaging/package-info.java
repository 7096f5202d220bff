// SPDX-License-Identifier: Apache-2.0
/**
 * What users install: the manifests, the image and the chart, each held to the sources that it
 * follows from and tried on the real thing.
 */
@NullMarked
package io.logroute.packaging;

import org.jspecify.annotations.NullMarked;
