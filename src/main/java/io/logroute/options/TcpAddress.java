// SPDX-License-Identifier: Apache-2.0
package io.logroute.options;

import java.net.Inet6Address;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An address that an agent connects to: {@code tcp://host:port}. The host is a name, an IPv4
 * address or an IPv6 address in brackets; nothing is looked up.
 *
 * @param host without brackets
 * @param port 1 to 65535
 */
public record TcpAddress(String host, int port) {

  private static final Pattern ADDRESS =
      Pattern.compile("tcp://(?:\\[([^\\]]{2,100})\\]|([^\\[\\]:/]{1,254})):([0-9]{1,5})");
  private static final Pattern LABEL =
      Pattern.compile("[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?");
  private static final Pattern DIGITS_AND_DOTS = Pattern.compile("[0-9.]+");
  private static final Pattern OCTET = Pattern.compile("25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]");
  private static final int MAX_PORT = 65535;

  /**
   * Reads an address.
   *
   * @throws IllegalArgumentException with the sentence of {@link #problem} when it is none
   */
  public static TcpAddress parse(String text) {
    return read(text).orElseThrow(() -> new IllegalArgumentException(sentence(text)));
  }

  /** What is wrong with an address, as one sentence; empty when nothing is. */
  public static Optional<String> problem(String text) {
    return read(text).isPresent() ? Optional.empty() : Optional.of(sentence(text));
  }

  /** As it is written: {@code tcp://host:port}. */
  @Override
  public String toString() {
    return "tcp://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  private static String sentence(String text) {
    return "'"
        + text
        + "' is not an address: write tcp://host:port, with a port from 1 to 65535 and an IPv6"
        + " address in brackets";
  }

  private static Optional<TcpAddress> read(String text) {
    Matcher matcher = ADDRESS.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String inBrackets = matcher.group(1);
    String name = matcher.group(2);
    boolean hostIsGood = name == null ? isIpv6(inBrackets) : isName(name);
    int port = Integer.parseInt(matcher.group(3));
    return hostIsGood && port >= 1 && port <= MAX_PORT
        ? Optional.of(new TcpAddress(name == null ? inBrackets : name, port))
        : Optional.empty();
  }

  private static boolean isIpv6(String text) {
    int zone = text.indexOf('%');
    String address = zone < 0 ? text : text.substring(0, zone);
    boolean zoneIsGood = zone < 0 || LABEL.matcher(text.substring(zone + 1)).matches();
    try {
      Inet6Address.ofLiteral(address);
      return zoneIsGood;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean isName(String host) {
    String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    boolean isIpv4 = DIGITS_AND_DOTS.matcher(host).matches();
    String[] parts = (isIpv4 ? host : name).split("\\.", -1);
    for (String part : parts) {
      if (!(isIpv4 ? OCTET : LABEL).matcher(part).matches()) {
        return false;
      }
    }
    return !isIpv4 || parts.length == 4;
  }
}
