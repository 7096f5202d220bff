// SPDX-License-Identifier: Apache-2.0
/**
 * The command {@code debug-bundle}: what somebody needs who is to find out from afar why lines do
 * not arrive, in one archive. Everything is read through the API server with the user's own rights,
 * step by step and each on its own: what cannot be read is named in the archive and stops nothing.
 * Secrets are never asked for, and what looks like one elsewhere is taken out.
 */
@NullMarked
package io.logroute.bundle;

import org.jspecify.annotations.NullMarked;
