#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs the JMH benchmarks with their allocation, short by default (about two minutes):
#   src/test/bench/jmh.sh [REGEX] [JMH OPTIONS]      e.g. jmh.sh criRecords -f 3 -wi 5 -i 10
set -eu
root=$(cd "$(dirname "$0")/../../.." && pwd)
JAVA_HOME=$("$root/.mvn/find-jdk") || exit 2
regex='.*'
case "${1:-}" in '' | -*) ;; *) regex=$1; shift ;; esac
classpath="$root/target/bench-classpath"
"$root/mvnw" -q -B -f "$root/pom.xml" -Dspotless.check.skip test-compile dependency:build-classpath \
  -Dmdep.includeScope=test -Dmdep.outputFile="$classpath" >&2
exec "$JAVA_HOME/bin/java" -cp "$root/target/test-classes:$root/target/classes:$(cat "$classpath")" \
  org.openjdk.jmh.Main "$regex" -f 1 -wi 2 -w 1 -i 3 -r 1 -prof gc "$@"
