// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.source;

import java.io.ByteArrayInputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Certificates and private keys in PEM, in the forms that kubeconfigs hold: PKCS#8, PKCS#1 for RSA
 * (kubeadm) and SEC 1 for EC (k3s). The JDK reads PKCS#8 only; the other two are wrapped into it.
 */
final class Pem {

  private static final Pattern KEY =
      Pattern.compile(
          "-----BEGIN ((?:RSA |EC )?PRIVATE KEY)-----([^-]+)-----END \\1-----", Pattern.DOTALL);

  /** AlgorithmIdentifier rsaEncryption with NULL parameters, RFC 8017 appendix A. */
  private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");

  /** OID id-ecPublicKey, RFC 5480; its parameter, the curve, follows. */
  private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");

  private static final int SEQUENCE = 0x30;
  private static final int OCTET_STRING = 0x04;
  private static final int CURVE_OF_SEC1 = 0xa0;
  private static final byte[] VERSION_0 = {2, 1, 0};

  private Pem() {}

  static List<X509Certificate> certificates(byte[] pem) throws GeneralSecurityException {
    List<X509Certificate> certificates =
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(pem))
            .stream()
            .map(X509Certificate.class::cast)
            .toList();
    if (certificates.isEmpty()) {
      throw new GeneralSecurityException("no PEM certificate in it");
    }
    return certificates;
  }

  static PrivateKey privateKey(byte[] pem) throws GeneralSecurityException {
    Matcher matcher = KEY.matcher(new String(pem, StandardCharsets.ISO_8859_1));
    if (!matcher.find()) {
      throw new InvalidKeySpecException("no unencrypted PEM private key in it");
    }
    try {
      byte[] der = Base64.getMimeDecoder().decode(matcher.group(2));
      return switch (matcher.group(1)) {
        case "RSA PRIVATE KEY" -> pkcs8("RSA", wrapped(RSA, der));
        case "EC PRIVATE KEY" -> pkcs8("EC", wrapped(element(SEQUENCE, EC, curveOf(der)), der));
        default -> ofAnyAlgorithm(der);
      };
    } catch (IllegalArgumentException | IndexOutOfBoundsException | BufferUnderflowException e) {
      throw new InvalidKeySpecException("a damaged PEM private key in it", e);
    }
  }

  private static PrivateKey ofAnyAlgorithm(byte[] der) throws GeneralSecurityException {
    InvalidKeySpecException refused = new InvalidKeySpecException("neither RSA, EC nor Ed25519");
    for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
      try {
        return pkcs8(algorithm, der);
      } catch (InvalidKeySpecException e) {
        refused.addSuppressed(e);
      }
    }
    throw refused;
  }

  private static PrivateKey pkcs8(String algorithm, byte[] der) throws GeneralSecurityException {
    return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
  }

  /** PrivateKeyInfo of RFC 5208: version, algorithm, key. */
  private static byte[] wrapped(byte[] algorithm, byte[] key) {
    return element(SEQUENCE, VERSION_0, algorithm, element(OCTET_STRING, key));
  }

  /** The curve's OID from an ECPrivateKey of RFC 5915: version, key, [0] curve, [1] public key. */
  private static byte[] curveOf(byte[] sec1) throws InvalidKeySpecException {
    ByteBuffer in = content(ByteBuffer.wrap(sec1), SEQUENCE);
    while (in.hasRemaining()) {
      int tag = in.get(in.position()) & 0xff;
      ByteBuffer content = content(in, tag);
      if (tag == CURVE_OF_SEC1) {
        byte[] oid = new byte[content.remaining()];
        content.get(oid);
        return oid;
      }
    }
    throw new InvalidKeySpecException("an EC private key that names no curve");
  }

  /** The content of the DER element that {@code in} stands at; {@code in} moves behind it. */
  private static ByteBuffer content(ByteBuffer in, int expectedTag) {
    if ((in.get() & 0xff) != expectedTag) {
      throw new IllegalArgumentException("not the expected DER element");
    }
    int length = in.get() & 0xff;
    if (length >= 0x80) {
      int bytes = length - 0x80;
      length = 0;
      for (int i = 0; i < bytes; i++) {
        length = (length << 8) | (in.get() & 0xff);
      }
    }
    ByteBuffer content = in.slice(in.position(), length);
    in.position(in.position() + length);
    return content;
  }

  private static byte[] element(int tag, byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteBuffer out = ByteBuffer.allocate(length + 4);
    out.put((byte) tag);
    if (length < 0x80) {
      out.put((byte) length);
    } else {
      out.put((byte) 0x82).putShort((short) length);
    }
    for (byte[] part : parts) {
      out.put(part);
    }
    byte[] der = new byte[out.position()];
    out.flip().get(der);
    return der;
  }
}
