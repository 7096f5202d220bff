#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the operator's start costs: CPU and time from the start of its process until it runs, on a real etcd and API server
# with nothing in them, without and with an AOT cache. It finds the API server as in a pod (a kubeconfig takes 0.3 CPU-s
# more, to read YAML), and sees the memory of its pod.
#
#   operator-start.sh [RUNS]     default: 5 of each; `./mvnw -DskipTests package` first
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
checkout=$(cd "$here/../../.." && pwd)
runs=${1:-5}
java=$("$checkout/.mvn/find-jdk")/bin/java
sh "$here/../cluster/kubernetes-binaries.sh"
bin=$(sh "$here/../cluster/kubernetes-binaries.sh" --print-folder)
jar=$(ls -t "$checkout"/target/logroute-*.jar 2>/dev/null | head -n 1)
[ -n "$jar" ] || { echo "operator-start: no jar in target: ./mvnw -DskipTests package" >&2; exit 2; }

work=$(mktemp -d)
pids=
trap 'kill $pids 2>/dev/null || true; wait; rm -rf "$work"' EXIT
port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
etcd=$(port) peer=$(port) api=$(port) http=$(port)

# Class files that a cache takes: see ArchivableJar.
mkdir -p "$work/lib"
for file in "$jar" "$checkout"/target/lib/*.jar "$checkout"/target/lib-operator/*.jar; do cp -p "$file" "$work/lib/"; done
for file in "$work"/lib/picocli-*.jar; do
  "$java" "$checkout/src/main/image/ArchivableJar.java" "$file" "$file.new" && mv "$file.new" "$file"
done
classpath=$(IFS=:; set -- "$work"/lib/*.jar; echo "$*")

"$bin/etcd" --data-dir="$work/etcd" --listen-client-urls="http://127.0.0.1:$etcd" --advertise-client-urls="http://127.0.0.1:$etcd" \
  --listen-peer-urls="http://127.0.0.1:$peer" --initial-advertise-peer-urls="http://127.0.0.1:$peer" \
  --initial-cluster="default=http://127.0.0.1:$peer" --unsafe-no-fsync --log-level=warn >"$work/etcd.log" 2>&1 &
pids="$pids $!"
openssl genrsa -out "$work/sa.key" 2048 2>/dev/null
echo 'bench,admin,admin,system:masters' >"$work/tokens.csv"
printf bench >"$work/token"
"$bin/kube-apiserver" --etcd-servers="http://127.0.0.1:$etcd" --bind-address=127.0.0.1 --advertise-address=127.0.0.1 --secure-port="$api" \
  --cert-dir="$work/pki" --endpoint-reconciler-type=none --service-cluster-ip-range=10.96.0.0/16 --authorization-mode=RBAC \
  --token-auth-file="$work/tokens.csv" --service-account-issuer=https://kubernetes.default.svc --service-account-signing-key-file="$work/sa.key" \
  --service-account-key-file="$work/sa.key" >"$work/api.log" 2>&1 &
pids="$pids $!"
cat >"$work/kubeconfig" <<K
apiVersion: v1
kind: Config
clusters: [{name: bench, cluster: {server: "https://127.0.0.1:$api", certificate-authority: $work/pki/apiserver.crt}}]
users: [{name: bench, user: {token: bench}}]
contexts: [{name: bench, context: {cluster: bench, user: bench}}]
current-context: bench
K
kubectl() { "$bin/kubectl" --kubeconfig="$work/kubeconfig" "$@"; }
for _ in $(seq 300); do ! kubectl get --raw /readyz >/dev/null 2>&1 || break; sleep 0.2; done
kubectl apply --server-side -f "$checkout/crds" >/dev/null
kubectl wait --for=condition=Established crd --all >/dev/null
kubectl create namespace logroute-system >/dev/null

# one NAME JVM_OPTION…: starts it, says what it took until it ran and 5 s later, ends it
one() {
  name=$1
  shift
  before=$(date +%s%N)
  env -u KUBECONFIG HOME=/nonexistent KUBERNETES_SERVICE_HOST=127.0.0.1 KUBERNETES_SERVICE_PORT="$api" \
    "$java" "@$checkout/src/main/jvm/operator" -XX:MaxRAM=512m "$@" -Dkubernetes.auth.serviceAccount.token="$work/token" \
    -Dkubernetes.certs.ca.file="$work/pki/apiserver.crt" -cp "$classpath" io.logroute.cli.Main operator \
    --namespace=logroute-system --http="127.0.0.1:$http" >"$work/operator.log" 2>&1 &
  pid=$!
  for _ in $(seq 1200); do ! grep -q 'the operator runs' "$work/operator.log" || break; sleep 0.05; done
  grep -q 'the operator runs' "$work/operator.log" || { cat "$work/operator.log" >&2; exit 1; }
  cpu=$(cpu_of $pid)
  ms=$((($(date +%s%N) - before) / 1000000))
  sleep 5
  echo "$name: ran after $ms ms and $cpu CPU-s, $(cpu_of $pid) CPU-s 5 s later, $(awk '/VmRSS/{print int($2 / 1024)}' "/proc/$pid/status") MiB resident"
  kill $pid
  wait $pid || true
}
cpu_of() { awk -v tick="$(getconf CLK_TCK)" '{printf "%.2f", ($14 + $15) / tick}' "/proc/$1/stat"; }

for _ in $(seq "$runs"); do one "without"; done
one training -XX:AOTCacheOutput="$work/operator.aot" >/dev/null
for _ in $(seq 300); do [ ! -s "$work/operator.aot" ] || break; sleep 0.2; done
sleep 5
echo "an AOT cache: $(($(wc -c <"$work/operator.aot") / 1000000)) MB, $(($(gzip -c "$work/operator.aot" | wc -c) / 1000000)) MB compressed"
for _ in $(seq "$runs"); do one "with an AOT cache" -XX:AOTMode=on -XX:AOTCache="$work/operator.aot"; done
