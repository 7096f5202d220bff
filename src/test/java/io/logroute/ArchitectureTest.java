// SPDX-License-Identifier: Apache-2.0
package io.logroute;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.stream.Stream;

/** The rooms of the house and what each may see. */
@AnalyzeClasses(packages = "io.logroute", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

  private static final String[] EVERYWHERE = {
    "java..", "javax.net..", "org.jspecify..", "org.slf4j.."
  };

  @ArchTest
  static final ArchRule apiTypesAreData =
      only(
          "api..",
          "the resources are data: they know the model and its annotations, no logic",
          "io.logroute.api..",
          "io.fabric8.kubernetes..",
          "io.fabric8.generator..",
          "io.fabric8.crd..",
          "io.sundr..",
          "com.fasterxml.jackson.annotation..",
          "com.fasterxml.jackson.databind..");

  @ArchTest
  static final ArchRule optionsStandAlone =
      only(
          "options..",
          "operator, agent and lint share the options, so they know none of them",
          "io.logroute.options..");

  @ArchTest
  static final ArchRule tableKnowsOnlyJackson =
      only(
          "table..",
          "the table is what operator and agent share: data and its text form",
          "io.logroute.table..",
          "com.fasterxml.jackson..",
          "org.yaml.snakeyaml..");

  @ArchTest
  static final ArchRule compileIsPure =
      only(
          "operator.compile..",
          "compiling a table is a pure function: no client, no controller",
          "io.logroute.operator.compile..",
          "io.logroute.api..",
          "io.logroute.options..",
          "io.logroute.table..",
          "io.fabric8.kubernetes.api..");

  @ArchTest
  static final ArchRule manifestIsPure =
      only(
          "operator.manifest..",
          "a LogAgent's objects are a pure function of it: no client",
          "io.logroute.operator.manifest..",
          "io.logroute.api..",
          "io.fabric8.kubernetes.api..");

  @ArchTest
  static final ArchRule statusIsPure =
      only(
          "operator.status..",
          "what is told is a pure function of what was found: no client",
          "io.logroute.operator.status..",
          "io.logroute.api..",
          "io.fabric8.kubernetes.api..");

  @ArchTest
  static final ArchRule agentIsSmall =
      noClasses()
          .that()
          .resideInAPackage("io.logroute.agent..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(
                  "io.fabric8..",
                  "io.javaoperatorsdk..",
                  "io.logroute.api..",
                  "io.logroute.operator..",
                  "io.logroute.receiver.."))
          .because("the agent runs on every node, without a Kubernetes client on its class path")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule operatorKnowsNoAgent =
      noClasses()
          .that()
          .resideInAPackage("io.logroute.operator..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("io.logroute.agent..", "io.logroute.receiver..", "org.zeromq.."))
          .because("operator, agent and receiver share the table and the wire, never code")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule receiverKnowsNoAgent =
      noClasses()
          .that()
          .resideInAPackage("io.logroute.receiver..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(
                  "io.logroute.agent..",
                  "io.logroute.operator..",
                  "io.logroute.api..",
                  "io.fabric8..",
                  "io.javaoperatorsdk.."))
          .because("operator, agent and receiver share the table and the wire, never code")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule zeroMqHasItsRooms =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "io.logroute.agent.driver.zmq..",
              "io.logroute.receiver.intake..",
              "io.logroute.zmq..")
          .should()
          .dependOnClassesThat(resideInAnyPackage("org.zeromq..", "zmq.."))
          .because("a socket has one owner, and everything about it is in one room")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule kafkaHasOneRoom =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.logroute.receiver.kafka..")
          .should()
          .dependOnClassesThat(resideInAnyPackage("org.apache.kafka.."))
          .because("agent, demo and a receiver of files run without Kafka's client")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule otlpHasOneRoom =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.logroute.receiver.otlp..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("io.opentelemetry.proto..", "com.google.protobuf.."))
          .because("agent, demo and a receiver of files run without OpenTelemetry's messages")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule bytesStandAlone =
      only(
          "agent.cri..",
          "parsing works on bytes, and is tested against an oracle of its own",
          "io.logroute.agent.cri..");

  @ArchTest
  static final ArchRule discoveryStandsAlone =
      only(
          "agent.discovery..",
          "what is on the node does not depend on what is done with it",
          "io.logroute.agent.discovery..");

  @ArchTest
  static final ArchRule tailKnowsDiscovery =
      only(
          "agent.tail..",
          "reading a generation's bytes knows the file, not who wants it",
          "io.logroute.agent.tail..",
          "io.logroute.agent.discovery..");

  @ArchTest
  static final ArchRule sourceKnowsTheTable =
      only(
          "agent.source..",
          "where the table comes from is nobody else's business",
          "io.logroute.agent.source..",
          "io.logroute.table..",
          "com.fasterxml.jackson..");

  @ArchTest
  static final ArchRule wireStandsAlone =
      only(
          "wire..",
          "wire depends on nothing but the JDK: agent and receiver share it, and nothing else",
          "io.logroute.wire..");

  @ArchTest
  static final ArchRule zmqStandsAlone =
      only(
          "zmq..",
          "bounds on a socket know nothing of what goes through it",
          "io.logroute.zmq..",
          "zmq..");

  @ArchTest
  static final ArchRule lintIsPure =
      only(
          "lint..",
          "lint holds files to the operator's own rules and needs no cluster for it",
          "io.logroute.lint..",
          "io.logroute.api..",
          "io.logroute.operator.compile..",
          "io.logroute.options..",
          "io.logroute.table..",
          "io.fabric8.kubernetes.api..",
          "com.fasterxml.jackson..");

  @ArchTest
  static final ArchRule explainKnowsThePureParts =
      only(
          "explain..",
          "explain judges by the operator's own pure parts, and reads the cluster by itself",
          "io.logroute.explain..",
          "io.logroute.api..",
          "io.logroute.operator.compile..",
          "io.logroute.options..",
          "io.logroute.table..",
          "io.fabric8.kubernetes..");

  @ArchTest
  static final ArchRule bundleOnlyReadsTheCluster =
      only(
          "bundle..",
          "a bundle is what the API server says, whatever state the program is in",
          "io.logroute.bundle..",
          "io.fabric8.kubernetes..",
          "com.fasterxml.jackson..");

  @ArchTest
  static final ArchRule commandsAreTheTop =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.logroute.cli..", "io.logroute.demo..")
          .should()
          .dependOnClassesThat(resideInAnyPackage("io.logroute.cli.."))
          .because("the command line calls the program, never the other way round")
          .allowEmptyShould(true);

  private static ArchRule only(String room, String because, String... packages) {
    String[] all = Stream.concat(Stream.of(EVERYWHERE), Stream.of(packages)).toArray(String[]::new);
    return classes()
        .that()
        .resideInAPackage("io.logroute." + room)
        .should()
        .onlyDependOnClassesThat(resideInAnyPackage(all))
        .because(because)
        .allowEmptyShould(true);
  }
}
