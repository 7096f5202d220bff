// SPDX-License-Identifier: Apache-2.0
package io.logroute.cli;

import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code HOST:PORT} or {@code :PORT} of a command line, to be listened on. */
final class HttpAddress implements ITypeConverter<InetSocketAddress> {

  private static final Pattern ADDRESS = Pattern.compile("(?:\\[(.+)]|([^:\\[\\]]*)):(\\d{1,5})");
  private static final int MAX_PORT = 65_535;

  @Override
  public InetSocketAddress convert(String value) {
    Matcher m = ADDRESS.matcher(value);
    if (!m.matches() || Integer.parseInt(m.group(3)) > MAX_PORT) {
      throw new TypeConversionException("'" + value + "' is not HOST:PORT or :PORT");
    }
    String host = m.group(1) != null ? m.group(1) : m.group(2);
    int port = Integer.parseInt(m.group(3));
    InetSocketAddress address =
        host.isEmpty() || host.equals("*")
            ? new InetSocketAddress(port)
            : new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw new TypeConversionException("the host of '" + value + "' does not resolve");
    }
    return address;
  }
}
