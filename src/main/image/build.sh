#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds TARGET/logroute-image.tar, a docker-archive of logroute/logroute:VERSION, with no container
# engine and no base image: a jlink runtime of the JDK 25 in JAVA_HOME, the few files of this
# machine's glibc that it needs, a shell for the entry point, and the build's own jars.
#
#   build.sh TARGET JAR VERSION TIMESTAMP
#
# LOGROUTE_IMAGE_BASE names a docker-archive to build upon instead: an image of this machine's architecture
# with glibc, not older than this machine's, and /bin/sh. Then nothing of this machine but the JDK is in the image.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=$(cd "$1" && pwd)
jar=$2
version=$3
timestamp=$4

fail() { echo "image: $*" >&2; exit 2; }
[ "$(uname -s)" = Linux ] || fail "the image is built on Linux, from its glibc"
command -v ldd >/dev/null 2>&1 || fail "there is no ldd, which comes with glibc"
[ -x "${JAVA_HOME:?}/bin/jlink" ] || fail "$JAVA_HOME has no jlink"

image=$target/image
runtime=$image/runtime
base=$image/1-base
libs=$image/2-lib-operator
small=$image/3-lib
app=$image/4-app
caches=$image/5-aot
rm -rf "$base" "$libs" "$small" "$app" "$caches"
mkdir -p "$base/opt" "$libs/opt/logroute" "$small/opt/logroute" "$app/opt/logroute/app" "$app/usr/local/bin" "$caches/opt/logroute"

# The runtime takes a while and follows from the JDK alone.
modules=java.base,java.logging,java.management,java.naming,java.net.http,java.security.jgss,java.sql,java.xml,jdk.crypto.cryptoki,jdk.httpserver,jdk.management,jdk.unsupported
stamp="$(cat "$JAVA_HOME/release") $modules zip-6"
if [ "$(cat "$image/runtime.stamp" 2>/dev/null)" != "$stamp" ]; then
  rm -rf "$runtime" "$image/runtime.stamp"
  "$JAVA_HOME/bin/jlink" --add-modules "$modules" --strip-debug --no-man-pages --no-header-files \
    --compress zip-6 --output "$runtime"
  # Every command has compact object headers, which have an archive of their own.
  "$runtime/bin/java" -XX:+UseCompactObjectHeaders -Xshare:dump >/dev/null
  printf '%s' "$stamp" >"$image/runtime.stamp"
fi
cp -R "$runtime" "$base/opt/java"

base_option=
if [ -n "${LOGROUTE_IMAGE_BASE:-}" ]; then
  [ -f "$LOGROUTE_IMAGE_BASE" ] || fail "LOGROUTE_IMAGE_BASE: there is no file $LOGROUTE_IMAGE_BASE"
  rm -rf "$image/base"
  mkdir -p "$image/base"
  tar -xf "$LOGROUTE_IMAGE_BASE" -C "$image/base" && [ -f "$image/base/manifest.json" ] ||
    fail "LOGROUTE_IMAGE_BASE: $LOGROUTE_IMAGE_BASE is no docker-archive (docker save, skopeo copy … docker-archive:FILE)"
  base_option=--base=$image/base
fi

# with_libraries FILE...: the libraries of the system that these files are linked with
with_libraries() {
  for file in "$@"; do ldd "$file" 2>/dev/null || true; done |
    sed -n 's/.* => \(\/[^ ]*\) .*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) (.*/\1/p' | grep -v "^$runtime/" | sort -u
}
own_base() {
  shell=$(command -v dash || command -v sh)
  shell=$(readlink -f "$shell")
  install_file() {
    mkdir -p "$base$(dirname "$1")"
    cp -L "$1" "$base$1"
  }
  libc=$(with_libraries "$runtime/bin/java" | grep '/libc\.so' | head -n 1)
  for library in $(with_libraries "$shell" "$runtime/bin/java" "$runtime"/lib/*.so "$runtime"/lib/server/*.so) \
    "$(dirname "$libc")/libnss_dns.so.2" "$(dirname "$libc")/libnss_files.so.2" "$(dirname "$libc")/libresolv.so.2"; do
    [ ! -e "$library" ] || install_file "$library"
  done
  mkdir -p "$base/bin" "$base/etc" "$base/tmp"
  cp "$shell" "$base/bin/sh"
  chmod 755 "$base/bin/sh"
  echo 'hosts: files dns' >"$base/etc/nsswitch.conf"
  printf 'root:x:0:0:root:/:/bin/sh\nlogroute:x:65532:65532:logroute:/tmp:/bin/sh\n' >"$base/etc/passwd"
  printf 'root:x:0:\nlogroute:x:65532:\n' >"$base/etc/group"
}
if [ -z "$base_option" ]; then own_base; fi

cp -R "$target/lib" "$small/opt/logroute/lib"
cp -R "$target/lib-operator" "$libs/opt/logroute/lib-operator"
cp -R "$target/lib-receiver" "$libs/opt/logroute/lib-receiver"
cp "$target/$jar" "$app/opt/logroute/app/logroute.jar"
cp "$here/logroute" "$app/usr/local/bin/logroute"
cp -R "$here/../jvm" "$app/opt/logroute/jvm"
[ ! -f "$target/logroute-sbom.json" ] || cp "$target/logroute-sbom.json" "$app/opt/logroute/sbom.json"

# The AOT cache is made in a folder that looks like the image's own, since it knows its class path,
# the jars' times among it. It is the one layer that differs from build to build.
training=$image/training
rm -rf "$training"
mkdir -p "$training/app" "$training/lib" "$training/lib-receiver"
for file in "$small"/opt/logroute/lib/picocli-*.jar; do
  "$JAVA_HOME/bin/java" "$here/ArchivableJar.java" "$file" "$file.new"
  mv "$file.new" "$file"
done
cp "$app/opt/logroute/app/logroute.jar" "$training/app/"
cp "$small"/opt/logroute/lib/*.jar "$training/lib/"
cp "$libs"/opt/logroute/lib-receiver/*.jar "$training/lib-receiver/"
touch -d "$timestamp" "$training"/app/*.jar "$training"/lib/*.jar "$training"/lib-receiver/*.jar
agent_classpath=$training/app/logroute.jar
for file in "$training"/lib/*.jar; do agent_classpath=$agent_classpath:$file; done
receiver_classpath=$agent_classpath
for file in "$training"/lib-receiver/*.jar; do receiver_classpath=$receiver_classpath:$file; done
"$JAVA_HOME/bin/java" "$here/TrainAot.java" "$runtime/bin/java" "$here/../jvm" "$agent_classpath" "$receiver_classpath" \
  "$caches/opt/logroute/aot"
# Every node pulls the image, a receiver starts seldom: its cache is for checkouts.
rm "$caches/opt/logroute/aot/receive.aot"

"$JAVA_HOME/bin/java" "$here/ImageArchive.java" $base_option "$target/logroute-image.tar" \
  "logroute/logroute:$version" "$version" "$timestamp" "$base" "$libs" "$small" "$app" "$caches"
