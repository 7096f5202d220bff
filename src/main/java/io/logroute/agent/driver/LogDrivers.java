// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.driver;

import io.logroute.agent.driver.zmq.AckedDriver;
import io.logroute.agent.driver.zmq.ZmqDriver;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** The registry of log drivers, as Docker's factory (moby daemon/logger/factory.go). */
public final class LogDrivers {

  private final Map<String, Function<DriverContext, LogDriver>> factories = new TreeMap<>();

  /** The drivers that this program brings. */
  public static LogDrivers builtIn() {
    LogDrivers drivers = new LogDrivers();
    drivers.register(
        ZmqDriver.NAME,
        context -> context.acknowledged() ? new AckedDriver(context) : new ZmqDriver(context));
    drivers.register(JsonFileDriver.NAME, JsonFileDriver::new);
    drivers.register(NoneDriver.NAME, context -> new NoneDriver());
    return drivers;
  }

  /**
   * Registers a driver.
   *
   * @throws IllegalStateException when the name is taken, with Docker's sentence
   */
  public void register(String name, Function<DriverContext, LogDriver> factory) {
    if (factories.putIfAbsent(name, factory) != null) {
      throw new IllegalStateException(
          "logger: log driver named '" + name + "' is already registered");
    }
  }

  /**
   * Opens a driver.
   *
   * @throws IllegalArgumentException when there is none of this name, with Docker's sentence
   */
  public LogDriver open(String name, DriverContext context) {
    Function<DriverContext, LogDriver> factory = factories.get(name);
    if (factory == null) {
      throw new IllegalArgumentException(
          "logger: no log driver named '" + name + "' is registered");
    }
    return factory.apply(context);
  }

  public boolean isRegistered(String name) {
    return factories.containsKey(name);
  }
}
