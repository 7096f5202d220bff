// SPDX-License-Identifier: Apache-2.0
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * Writes an image as a docker-archive: {@code ImageArchive [--entrypoint=PROGRAM] [--base=FOLDER] OUT
 * NAME:TAG VERSION TIMESTAMP LAYER_FOLDER…}. The base is an unpacked docker-archive, whose layers come first. The same folders give the same bytes: entries are sorted, belong to root and
 * carry the one time stamp; of the modes only "executable" counts.
 *
 * <p>Run from its source by {@code build.sh}. Not Jib: the base has to be made here in any case,
 * since registries of packages hold no base images, and what is left is two hundred lines.
 */
final class ImageArchive {

  private static final int BLOCK = 512;
  private static final String USER = "65532:65532";

  private final Instant time;
  private final String entryPoint;

  private ImageArchive(Instant time, String entryPoint) {
    this.time = time;
    this.entryPoint = entryPoint;
  }

  /** A layer: its digest as the image's configuration names it, and where its tar is. */
  private record Layer(String digest, Path tar) {}

  public static void main(String[] options) throws IOException {
    String entryPoint = "logroute";
    List<Layer> layers = new ArrayList<>();
    int first = 0;
    for (; options[first].startsWith("--"); first++) {
      String value = options[first].substring(options[first].indexOf('=') + 1);
      if (options[first].startsWith("--entrypoint=")) {
        entryPoint = value;
      } else {
        layers.addAll(base(Path.of(value)));
      }
    }
    String[] args = Arrays.copyOfRange(options, first, options.length);
    Path out = Path.of(args[0]);
    ImageArchive archive = new ImageArchive(Instant.parse(args[3]), entryPoint);
    for (String folder : Arrays.asList(args).subList(4, args.length)) {
      layers.add(archive.layer(Path.of(folder)));
    }
    byte[] config = archive.config(args[2], layers).getBytes(StandardCharsets.UTF_8);
    String configName = hex(sha256().digest(config)) + ".json";
    byte[] manifest = manifest(args[1], configName, layers).getBytes(StandardCharsets.UTF_8);
    Path unfinished = out.resolveSibling(out.getFileName() + ".new");
    try (OutputStream tar = Files.newOutputStream(unfinished)) {
      archive.bytes(tar, configName, config);
      archive.bytes(tar, "manifest.json", manifest);
      for (Layer layer : layers) {
        tar.write(archive.header(nameOf(layer), 0644, Files.size(layer.tar), '0', ""));
        Files.copy(layer.tar, tar);
        pad(tar, Files.size(layer.tar));
      }
      tar.write(new byte[2 * BLOCK]);
    }
    Files.move(unfinished, out, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    System.out.printf("%s: %s, %d MB%n", out, args[1], Files.size(out) / 1_000_000);
  }

  /** The layers of an unpacked docker-archive of one image, as plain tars. */
  private static List<Layer> base(Path folder) throws IOException {
    String manifest = Files.readString(folder.resolve("manifest.json"));
    Matcher names = Pattern.compile("\"Layers\"\\s*:\\s*\\[([^]]*)]").matcher(manifest);
    if (!names.find()) {
      throw new IllegalArgumentException("manifest.json of the base names no layers");
    }
    List<Layer> layers = new ArrayList<>();
    for (String name : names.group(1).split(",")) {
      layers.add(plain(folder, folder.resolve(name.strip().replace("\"", ""))));
    }
    return layers;
  }

  private static Layer plain(Path folder, Path layer) throws IOException {
    Path tar = Files.createTempFile(folder, "layer", ".tar");
    MessageDigest digest = sha256();
    try (InputStream in = opened(layer);
        OutputStream out = new java.security.DigestOutputStream(Files.newOutputStream(tar), digest)) {
      in.transferTo(out);
    }
    return new Layer(hex(digest.digest()), tar);
  }

  private static InputStream opened(Path layer) throws IOException {
    InputStream in = new java.io.BufferedInputStream(Files.newInputStream(layer));
    in.mark(2);
    boolean isGzip = in.read() == 0x1f && in.read() == 0x8b;
    in.reset();
    return isGzip ? new GZIPInputStream(in) : in;
  }

  private static String nameOf(Layer layer) {
    return layer.digest + "/layer.tar";
  }

  private static String manifest(String name, String config, List<Layer> layers) {
    return "[{\"Config\":\"%s\",\"RepoTags\":[\"%s\"],\"Layers\":[%s]}]"
        .formatted(config, name, quoted(layers.stream().map(ImageArchive::nameOf)));
  }

  private String config(String version, List<Layer> layers) {
    String architecture = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
    return """
        {"architecture":"%s","os":"linux","created":"%s",\
        "config":{"User":"%s","Entrypoint":["%s"],"WorkingDir":"/",\
        "Env":["PATH=/usr/local/bin:/usr/bin:/bin","LANG=C.UTF-8"],\
        "Labels":{"org.opencontainers.image.title":"LogRoute",\
        "org.opencontainers.image.version":"%s","org.opencontainers.image.licenses":"Apache-2.0"}},\
        "rootfs":{"type":"layers","diff_ids":[%s]},\
        "history":[%s]}"""
        .formatted(
            architecture,
            time,
            USER,
            entryPoint,
            version,
            quoted(layers.stream().map(layer -> "sha256:" + layer.digest)),
            layers.stream()
                .map(layer -> "{\"created\":\"" + time + "\"}")
                .collect(Collectors.joining(",")));
  }

  private static String quoted(Stream<String> texts) {
    return texts.map(text -> '"' + text + '"').collect(Collectors.joining(","));
  }

  private Layer layer(Path folder) throws IOException {
    Path tar = folder.resolveSibling(folder.getFileName() + ".tar");
    MessageDigest digest = sha256();
    try (OutputStream out =
        new java.security.DigestOutputStream(
            new java.io.BufferedOutputStream(Files.newOutputStream(tar), 1 << 16), digest)) {
      for (Path path : sorted(folder)) {
        entry(out, folder, path);
      }
      out.write(new byte[2 * BLOCK]);
    }
    return new Layer(hex(digest.digest()), tar);
  }

  private static List<Path> sorted(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths.filter(path -> !path.equals(folder)).sorted().toList();
    }
  }

  private void entry(OutputStream out, Path folder, Path path) throws IOException {
    String name = folder.relativize(path).toString();
    if (Files.isSymbolicLink(path)) {
      out.write(header(name, 0777, 0, '2', Files.readSymbolicLink(path).toString()));
    } else if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      out.write(header(name + "/", name.equals("tmp") ? 01777 : 0755, 0, '5', ""));
    } else {
      long size = Files.size(path);
      out.write(header(name, Files.isExecutable(path) ? 0755 : 0644, size, '0', ""));
      Files.copy(path, out);
      pad(out, size);
    }
  }

  private void bytes(OutputStream out, String name, byte[] content) throws IOException {
    out.write(header(name, 0644, content.length, '0', ""));
    out.write(content);
    pad(out, content.length);
  }

  private static void pad(OutputStream out, long size) throws IOException {
    out.write(new byte[(int) ((BLOCK - size % BLOCK) % BLOCK)]);
  }

  /** The ustar header of POSIX.1-1988; long names are cut at a slash. */
  private byte[] header(String name, int mode, long size, char type, String link) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(BLOCK);
    String prefix = "";
    String rest = name;
    if (name.length() > 100) {
      int cut = name.indexOf('/', name.length() - 101);
      prefix = name.substring(0, cut);
      rest = name.substring(cut + 1);
    }
    text(out, rest, 100);
    octal(out, mode, 8);
    octal(out, 0, 8);
    octal(out, 0, 8);
    octal(out, size, 12);
    octal(out, time.getEpochSecond(), 12);
    text(out, "        ", 8);
    out.write(type);
    text(out, link, 100);
    text(out, "ustar", 6);
    text(out, "00", 2);
    text(out, "root", 32);
    text(out, "root", 32);
    octal(out, 0, 8);
    octal(out, 0, 8);
    text(out, prefix, 155);
    text(out, "", 12);
    byte[] block = out.toByteArray();
    int sum = 0;
    for (byte b : block) {
      sum += b & 0xff;
    }
    byte[] checksum = "%06o\0 ".formatted(sum).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(checksum, 0, block, 148, 8);
    return block;
  }

  private static void octal(ByteArrayOutputStream out, long value, int width) {
    text(out, ("%0" + (width - 1) + "o").formatted(value), width);
  }

  private static void text(ByteArrayOutputStream out, String text, int width) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > width) {
      throw new UncheckedIOException(new IOException("too long for a tar header: " + text));
    }
    out.writeBytes(Arrays.copyOf(bytes, width));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static String hex(byte[] digest) {
    return HexFormat.of().formatHex(digest);
  }
}
