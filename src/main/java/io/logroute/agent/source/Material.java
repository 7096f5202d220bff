// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A token, key or certificate: in a file that may be replaced at any time, or given once. */
sealed interface Material {

  /** The bytes as they are now. */
  byte[] read() throws IOException;

  /** The text as it is now, without the white space around it. */
  default String readText() throws IOException {
    return new String(read(), StandardCharsets.UTF_8).strip();
  }

  /** Read anew each time: kubelet replaces projected tokens and certificates. */
  record InFile(Path file) implements Material {
    @Override
    public byte[] read() throws IOException {
      return Files.readAllBytes(file);
    }

    @Override
    public String toString() {
      return file.toString();
    }
  }

  /**
   * Written into the kubeconfig itself.
   *
   * @param name the field that it stands in
   */
  record Inline(String name, ByteBuffer bytes) implements Material {
    @Override
    public byte[] read() {
      byte[] copy = new byte[bytes.remaining()];
      bytes.get(bytes.position(), copy);
      return copy;
    }

    @Override
    public String toString() {
      return name;
    }
  }
}
