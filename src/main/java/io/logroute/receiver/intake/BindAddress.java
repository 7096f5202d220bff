// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.intake;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An address to bind: {@code tcp://HOST:PORT}.
 *
 * @param host {@code *} for every interface, a name, an IPv4 address or an IPv6 address in brackets
 * @param port 0 for any free one, also written {@code *}
 */
public record BindAddress(String host, int port) {

  private static final Pattern FORM =
      Pattern.compile("tcp://(\\*|\\[[0-9A-Fa-f:.%]+]|[A-Za-z0-9._-]+):(\\*|[0-9]{1,5})");

  /**
   * @throws IllegalArgumentException when the text is no such address; the message says so in one
   *     sentence
   */
  public static BindAddress parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw notAnAddress(text);
    }
    int port = form.group(2).equals("*") ? 0 : Integer.parseInt(form.group(2));
    if (port > 65535) {
      throw notAnAddress(text);
    }
    return new BindAddress(form.group(1), port);
  }

  private static IllegalArgumentException notAnAddress(String text) {
    return new IllegalArgumentException(
        "'%s' is not an address to bind: write tcp://HOST:PORT, with * for every interface"
                .formatted(text)
            + " and port 0 for any free one");
  }

  boolean isIpv6() {
    return host.startsWith("[");
  }

  /** Where it is on this machine. */
  InetSocketAddress resolve() throws UnknownHostException {
    if (host.equals("*")) {
      return new InetSocketAddress(port);
    }
    String bare = isIpv6() ? host.substring(1, host.length() - 1) : host;
    return new InetSocketAddress(InetAddress.getByName(bare), port);
  }

  @Override
  public String toString() {
    return "tcp://" + host + ":" + port;
  }
}
