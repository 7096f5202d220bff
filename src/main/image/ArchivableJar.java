// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Rewrites a jar whose classes are of an old version, {@code ArchivableJar IN OUT}: an AOT cache takes no class before
 * version 50, since those have no stack maps, and picocli's are of version 49, which makes half of the agent's start.
 * They get stack maps and version 52; nothing else about them changes.
 */
final class ArchivableJar {

  private static final int OLDEST_ARCHIVABLE = 50;
  private static final int JAVA_8 = 52;

  private final ClassFile classFile;

  private ArchivableJar(ClassLoader classes) {
    this.classFile =
        ClassFile.of(
            StackMapsOption.GENERATE_STACK_MAPS,
            ClassFile.ClassHierarchyResolverOption.of(ClassHierarchyResolver.ofResourceParsing(classes)));
  }

  public static void main(String[] args) throws IOException {
    URL url = Path.of(args[0]).toUri().toURL();
    try (URLClassLoader classes = new URLClassLoader(new URL[] {url});
        JarFile in = new JarFile(args[0]);
        JarOutputStream out = new JarOutputStream(Files.newOutputStream(Path.of(args[1])))) {
      new ArchivableJar(classes).copy(in, out);
    }
  }

  private void copy(JarFile in, JarOutputStream out) throws IOException {
    for (Enumeration<JarEntry> entries = in.entries(); entries.hasMoreElements(); ) {
      JarEntry entry = entries.nextElement();
      JarEntry copy = new JarEntry(entry.getName());
      copy.setTime(entry.getTime());
      out.putNextEntry(copy);
      byte[] bytes = in.getInputStream(entry).readAllBytes();
      write(out, entry.getName().endsWith(".class") ? archivable(bytes) : bytes);
      out.closeEntry();
    }
  }

  private static void write(OutputStream out, byte[] bytes) throws IOException {
    out.write(bytes);
  }

  private byte[] archivable(byte[] bytes) {
    ClassModel model = classFile.parse(bytes);
    if (model.majorVersion() >= OLDEST_ARCHIVABLE) {
      return bytes;
    }
    ClassTransform newer =
        (builder, element) -> {
          if (element instanceof ClassFileVersion) {
            builder.withVersion(JAVA_8, 0);
          } else {
            builder.with(element);
          }
        };
    return classFile.transformClass(
        model, newer.andThen(ClassTransform.transformingMethodBodies(CodeBuilder::with)));
  }
}
