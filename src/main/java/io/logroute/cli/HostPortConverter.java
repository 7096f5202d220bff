// SPDX-License-Identifier: Apache-2.0
package io.logroute.cli;

import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * {@code HOST:PORT} to listen on; without a host every interface, with port 0 any free port. The
 * name is resolved here.
 */
final class HostPortConverter implements ITypeConverter<InetSocketAddress> {

  private static final Pattern FORM =
      Pattern.compile("(\\*|\\[[0-9A-Fa-f:.%]+]|[A-Za-z0-9._-]+)?:([0-9]{1,5})");

  @Override
  public InetSocketAddress convert(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches() || Integer.parseInt(form.group(2)) > 65535) {
      throw new TypeConversionException(
          "'" + text + "' is not HOST:PORT, such as 127.0.0.1:8080 or :8080");
    }
    int port = Integer.parseInt(form.group(2));
    String host = form.group(1);
    if (host == null || host.equals("*")) {
      return new InetSocketAddress(port);
    }
    InetSocketAddress address = new InetSocketAddress(host.replaceAll("[\\[\\]]", ""), port);
    if (address.isUnresolved()) {
      throw new TypeConversionException("there is no host '" + host + "'");
    }
    return address;
  }
}
