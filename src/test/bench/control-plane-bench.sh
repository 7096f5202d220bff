#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The operator on a real API server with fake nodes, pods and agents; docs/performance-operator.md:
#   src/test/bench/control-plane-bench.sh [--nodes N] [--pods N] [--routes N] [--namespaces N]
#       [--quiet SECONDS] [--churn SECONDS] [--rate PODS-A-SECOND] [--profile SECONDS]
set -eu
root=$(cd "$(dirname "$0")/../../.." && pwd)
JAVA_HOME=$("$root/.mvn/find-jdk") || exit 2
classpath="$root/target/bench-classpath"
"$root/mvnw" -q -B -f "$root/pom.xml" -Dspotless.check.skip test-compile dependency:build-classpath \
  -Dmdep.includeScope=test -Dmdep.outputFile="$classpath" >&2
cd "$root"
exec "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED -Xmx1g \
  -cp "$root/target/test-classes:$root/target/classes:$(cat "$classpath")" \
  io.logroute.operator.controller.ControlPlaneBench "$@"
