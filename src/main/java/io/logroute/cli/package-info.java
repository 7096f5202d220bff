// SPDX-License-Identifier: Apache-2.0
/**
 * The command line: {@link io.logroute.cli.Main} and one small class a command. A command parses
 * its options, builds its part of the program and waits for it; what is decided is decided
 * elsewhere. A usage mistake is one line on standard error and exit code 2, never a stack trace.
 */
@NullMarked
package io.logroute.cli;

import org.jspecify.annotations.NullMarked;
