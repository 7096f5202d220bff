// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands between an agent and its receiver: keeps the address when the receiver changes its own.
 */
final class CuttingProxy implements AutoCloseable {

  private final ServerSocket server;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile int targetPort;

  CuttingProxy() {
    try {
      server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  /** Where connections lead from now on. */
  void leadTo(int port) {
    targetPort = port;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket agent = server.accept();
        sockets.add(agent);
        Thread.ofVirtual().start(() -> connect(agent));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void connect(Socket agent) {
    try {
      Socket receiver = new Socket(InetAddress.getLoopbackAddress(), targetPort);
      sockets.add(receiver);
      Thread.ofVirtual().start(() -> pump(receiver, agent));
      pump(agent, receiver);
    } catch (IOException e) {
      end(agent);
    }
  }

  private void pump(Socket from, Socket to) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      in.transferTo(out);
    } catch (IOException e) {
      end(from);
    } finally {
      end(from);
      end(to);
    }
  }

  private void end(Socket socket) {
    sockets.remove(socket);
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Breaks every connection. */
  void cut() {
    Set.copyOf(sockets).forEach(this::end);
  }

  @Override
  public void close() throws IOException {
    server.close();
    cut();
  }
}
