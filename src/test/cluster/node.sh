#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A real cluster of one node, from Debian's containerd and the programs that kubernetes-binaries.sh and
# dns-binary.sh build: etcd, API server, controllers, scheduler, containerd, kubelet, kube-proxy, CoreDNS.
#
#   node.sh check             says in one sentence why this machine cannot run it, with exit code 2
#   node.sh programs          fetches and builds what it needs, where the machine can run it
#   node.sh up                starts it, loads target/logroute-image.tar, and says how to reach it
#   node.sh run               the same in the foreground: it ends with this process, however that ends
#   node.sh exec COMMAND…     runs a command there: kubectl, helm, ctr, curl
#   node.sh load TAR          loads a docker-archive
#   node.sh restart NAME…     stops and starts programs of the node: kubelet, containerd, apiserver, …
#   node.sh down              ends all of it, also what an earlier run left behind
#
# It needs root. All of it lives in namespaces of its own for mounts, network and processes, so nothing of it
# is seen on the machine and the end of its first process is the end of everything: containers, mounts,
# links, firewall rules. What is left for `down` is the folder (LOGROUTE_NODE_DIR, default
# /var/tmp/logroute-node), the cgroup of the same name, and six kernel settings that a kubelet changes.
# The node's /var/lib, /var/log and /run are its own; everything else is the machine's. Four local volumes
# serve claims that name no storage class.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
checkout=$(cd "$here/../../.." && pwd)
run=${LOGROUTE_NODE_DIR:-/var/tmp/logroute-node}
group=$(basename "$run")
ip=10.90.0.1
node=node-1
socket=/run/containerd/containerd.sock
bin=$(sh "$here/kubernetes-binaries.sh" --print-folder)
helm=$(sh "$here/helm-binary.sh" --print-folder)
dns=$(sh "$here/dns-binary.sh" --print-folder)
settings="vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys kernel/keys/root_maxbytes"
programs="etcd kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy kubectl"
packages="containerd runc containernetworking-plugins iptables conntrack iproute2 openssl busybox-static procps"

fail() { echo "node.sh: $*" >&2; exit 2; }

# ---- on the machine ----

missing_program() {
  for program in containerd runc ctr iptables conntrack ip openssl pgrep unshare nsenter; do
    command -v $program >/dev/null 2>&1 || { echo $program; return; }
  done
  [ -x /usr/lib/cni/bridge ] || { echo /usr/lib/cni/bridge; return; }
  busybox_program >/dev/null || echo "a static busybox"
}

busybox_program() {
  for file in /bin/busybox /usr/bin/busybox; do
    if [ -x "$file" ] && ! ldd "$file" >/dev/null 2>&1; then echo "$file"; return 0; fi
  done
  return 1
}

# What the kernel has to allow, tried in namespaces that end with the command.
probe() {
  unshare --mount --net --pid --fork --kill-child --mount-proc sh -c '
    ip link add lr0 type bridge && ip link add veth1 type veth peer name veth2 && iptables -t nat -L -n &&
      mount -t tmpfs none /mnt && mkdir /mnt/1 /mnt/2 /mnt/3 /mnt/4 &&
      mount -t overlay -o lowerdir=/mnt/1,upperdir=/mnt/2,workdir=/mnt/3 none /mnt/4' >/dev/null 2>&1
}

check() {
  [ "$(uname -s)" = Linux ] || fail "a node needs Linux"
  [ "$(id -u)" = 0 ] || fail "a node needs root"
  case "$checkout/ $bin/ $run/" in
    /var/lib/* | */var/log/* | */run/* | *" /var/lib/"*) fail "a node has its own /var/lib, /var/log and /run, and cannot see $checkout, $bin or $run there" ;;
  esac
  [ -d /sys/fs/cgroup ] && [ -w /sys/fs/cgroup ] || [ -w /sys/fs/cgroup/memory ] || fail "a node needs a cgroup file system that it may write"
  what=$(missing_program)
  if [ -n "$what" ] && command -v apt-get >/dev/null 2>&1; then
    echo "node.sh: installing Debian's $packages, once" >&2
    # Debian's containerd starts a service of its own where there is a service manager: it is not used here.
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages; } >&2 || true
    what=$(missing_program)
  fi
  [ -z "$what" ] || fail "a node needs $what, which could not be had: on Debian apt-get install $packages"
  probe || fail "this machine does not let root make namespaces with bridges, iptables and overlay mounts, which a node needs"
}

build_programs() {
  [ "${SKIP_TESTS:-false}" = false ] || return 0
  (check) || { echo "node.sh: tests on a real node are skipped" >&2; return 0; }
  # shellcheck disable=SC2086
  sh "$here/kubernetes-binaries.sh" $programs
  sh "$here/helm-binary.sh"
  sh "$here/dns-binary.sh"
}

outer_pid() { cat "$run/pid" 2>/dev/null || true; }

# Whether the process that the folder names is a node of this folder: ids are used again.
is_running() {
  pid=$(outer_pid)
  [ -n "$pid" ] && [ "$(tr '\0' '\n' <"/proc/$pid/environ" 2>/dev/null | sed -n 's/^LOGROUTE_NODE_DIR=//p')" = "$run" ]
}

# A script that runs a command in the node's namespaces: in this folder, with kubectl, helm, ctr and logroute to be found.
write_enter() {
  cat >"$run/enter" <<E
#!/bin/sh
first=\$(pgrep -P "\$(cat "$run/pid" 2>/dev/null)" 2>/dev/null | head -n 1)
[ -n "\$first" ] || { echo "node.sh: no node runs in $run: node.sh up" >&2; exit 2; }
exec nsenter --target "\$first" --mount --net --pid -- env KUBECONFIG=$run/admin.kubeconfig LOGROUTE_NODE_DIR=$run \\
  CONTAINERD_ADDRESS=$socket CONTAINERD_NAMESPACE=k8s.io "PATH=$bin:$helm:$checkout:\$PATH" sh -c 'cd "\$0" && exec "\$@"' "\$PWD" "\$@"
E
  chmod 755 "$run/enter"
}

enter() {
  [ -x "$run/enter" ] || fail "no node runs in $run: node.sh up"
  exec "$run/enter" "$@"
}

cgroup_folders() {
  if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    echo "/sys/fs/cgroup/$group"
  else
    sed -n 's/^cgroup2\{0,1\} \([^ ]*\) cgroup2\{0,1\} .*/\1/p' /proc/mounts | while read -r hierarchy; do echo "$hierarchy/$group"; done
  fi
}

make_cgroups() {
  [ ! -e /sys/fs/cgroup/cgroup.controllers ] ||
    for controller in $(cat /sys/fs/cgroup/cgroup.controllers); do echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control 2>/dev/null || true; done
  for folder in $(cgroup_folders); do
    mkdir -p "$folder"
    for file in cpuset.cpus cpuset.mems; do
      [ ! -e "$folder/../$file" ] || cat "$folder/../$file" >"$folder/$file" 2>/dev/null || true
    done
    # By default all pods together weigh as much as one process of the machine: on a busy one they starve.
    [ ! -e "$folder/cpu.shares" ] || echo 16384 >"$folder/cpu.shares"
    [ ! -e "$folder/cpu.weight" ] || echo 1600 >"$folder/cpu.weight"
  done
}

remove_cgroups() {
  for folder in $(cgroup_folders); do
    for _ in $(seq 50); do
      [ -d "$folder" ] || break
      find "$folder" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.1
    done
  done
}

down() {
  if is_running; then
    kill -KILL "$pid" 2>/dev/null || true
    for _ in $(seq 100); do ! kill -0 "$pid" 2>/dev/null || sleep 0.1; done
  fi
  remove_cgroups
  [ ! -f "$run/settings" ] || while read -r setting value; do echo "$value" >"/proc/sys/$setting" || true; done <"$run/settings"
  # The last mounts go a moment after the last process.
  for _ in $(seq 50); do rm -rf "$run" 2>/dev/null && break || sleep 0.1; done
}

run_here() {
  check
  ! is_running || fail "a node runs already in $run: node.sh down"
  down
  for program in $programs; do [ -x "$bin/$program" ] || fail "$bin/$program is missing: node.sh programs builds it"; done
  [ -x "$dns/dns" ] || fail "$dns/dns is missing: node.sh programs builds it"
  mkdir -p "$run"/{pki,etcd,containerd,log,cni,own/lib,own/log}
  for setting in $settings; do [ ! -e "/proc/sys/$setting" ] || echo "$setting $(cat "/proc/sys/$setting")"; done >"$run/settings"
  make_cgroups
  echo $$ >"$run/pid"
  write_enter
  # By its environment `down` knows it again.
  exec env LOGROUTE_NODE_DIR="$run" unshare --mount --net --pid --fork --kill-child --mount-proc bash "$here/node.sh" first-process
}

up() {
  check
  build_programs
  ! is_running || fail "a node runs already in $run: node.sh down"
  setsid bash "$here/node.sh" run </dev/null >"/tmp/$group.log" 2>&1 &
  for _ in $(seq 600); do
    [ ! -e "$run/ready" ] || break
    kill -0 $! 2>/dev/null || fail "the node did not start, see /tmp/$group.log"
    sleep 0.5
  done
  [ -e "$run/ready" ] || fail "the node is not ready after 300 s, see /tmp/$group.log and $run/log"
  echo "src/test/cluster/node.sh exec kubectl get pods -A"
}

# ---- in the node's namespaces ----

load() { ctr --address $socket --namespace k8s.io images import "$1"; }

await() { # await SECONDS WHAT COMMAND…
  seconds=$1
  what=$2
  shift 2
  for _ in $(seq $((seconds * 5))); do ! "$@" >/dev/null 2>&1 || return 0; sleep 0.2; done
  fail "$what did not come up in $seconds s, see $run/log"
}

stop() {
  [ -f "$run/$1.pid" ] || return 0
  pid=$(cat "$run/$1.pid")
  kill "$pid" 2>/dev/null || true
  for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
  kill -KILL "$pid" 2>/dev/null || true
  rm -f "$run/$1.pid"
}

command_of() {
  case "$1" in
    etcd) echo etcd --data-dir="$run/etcd" --listen-client-urls=http://127.0.0.1:2379 --advertise-client-urls=http://127.0.0.1:2379 \
      --listen-peer-urls=http://127.0.0.1:2380 --unsafe-no-fsync ;;
    apiserver) echo kube-apiserver --etcd-servers=http://127.0.0.1:2379 --secure-port=6443 --bind-address=$ip --advertise-address=$ip \
      --cert-dir="$run/pki" --service-cluster-ip-range=10.96.0.0/16 --authorization-mode=Node,RBAC --token-auth-file="$run/pki/tokens.csv" \
      --service-account-issuer=https://kubernetes.default.svc --service-account-signing-key-file="$run/pki/sa.key" \
      --service-account-key-file="$run/pki/sa.pub" --allow-privileged=true --kubelet-preferred-address-types=InternalIP ;;
    controllers) echo kube-controller-manager --kubeconfig="$run/controllers.kubeconfig" --service-account-private-key-file="$run/pki/sa.key" \
      --root-ca-file="$run/pki/apiserver.crt" --use-service-account-credentials --leader-elect=false --cluster-cidr=10.88.0.0/16 --allocate-node-cidrs=false ;;
    scheduler) echo kube-scheduler --kubeconfig="$run/scheduler.kubeconfig" --leader-elect=false ;;
    containerd) echo containerd -c "$run/containerd.toml" ;;
    kubelet) echo kubelet --config="$run/kubelet.yaml" --kubeconfig="$run/kubelet.kubeconfig" --hostname-override=$node --node-ip=$ip ;;
    proxy) echo kube-proxy --kubeconfig="$run/proxy.kubeconfig" --hostname-override=$node --proxy-mode=iptables --masquerade-all --conntrack-max-per-core=0 ;;
    dns) echo "$dns/dns" -conf "$run/Corefile" ;;
    *) fail "no program named '$1' on the node" ;;
  esac
}

# As a service manager does: what ends by itself is started again.
supervise() {
  trap 'kill "$child" 2>/dev/null; wait "$child"; exit 0' TERM
  while :; do
    # shellcheck disable=SC2046
    $(command_of "$1") &
    child=$!
    wait $child || true
    sleep 1
  done
}

start() {
  nohup bash "$here/node.sh" supervise "$1" >>"$run/log/$1.log" 2>&1 &
  echo $! >"$run/$1.pid"
}

kubeconfig() {
  cat >"$run/$1.kubeconfig" <<K
apiVersion: v1
kind: Config
clusters: [{name: node, cluster: {server: "https://$ip:6443", certificate-authority: $run/pki/apiserver.crt}}]
users: [{name: $1, user: {token: $1tok}}]
contexts: [{name: node, context: {cluster: node, user: $1}}]
current-context: node
K
}

# Debian's static busybox under its usual name, and as the container that holds a pod's namespaces.
busybox_image() {
  root=$run/busybox/root
  mkdir -p "$root/bin" "$root/tmp"
  cp "$(busybox_program)" "$root/bin/busybox"
  for applet in $("$root/bin/busybox" --list); do [ "$applet" = busybox ] || ln -sf busybox "$root/bin/$applet"; done
  printf '#!/bin/sh\nexec sleep 2147483647\n' >"$root/bin/pause"
  chmod 755 "$root/bin/pause"
  "${JAVA_HOME:-$("$checkout/.mvn/find-jdk")}/bin/java" -XX:TieredStopAtLevel=1 "$checkout/src/main/image/ImageArchive.java" --entrypoint=/bin/pause \
    "$run/busybox.tar" logroute.test/pause:1 1 2026-01-01T00:00:00Z "$root" >/dev/null
  load "$run/busybox.tar" >/dev/null
  ctr --address $socket --namespace k8s.io images tag logroute.test/pause:1 docker.io/library/busybox:1 >/dev/null
}

configure() {
  openssl genrsa -out "$run/pki/sa.key" 2048 2>/dev/null
  openssl rsa -in "$run/pki/sa.key" -pubout -out "$run/pki/sa.pub" 2>/dev/null
  cat >"$run/pki/tokens.csv" <<T
admintok,admin,admin,system:masters
kubelettok,system:node:$node,node1,system:nodes
controllerstok,system:kube-controller-manager,kcm
schedulertok,system:kube-scheduler,sched
proxytok,system:kube-proxy,proxy
T
  for user in admin kubelet controllers scheduler proxy; do kubeconfig $user; done
  cat >"$run/cni/10-bridge.conflist" <<C
{"cniVersion":"1.0.0","name":"bridge","plugins":[{"type":"bridge","bridge":"cni0","isGateway":true,"ipMasq":true,"hairpinMode":true,"ipam":{"type":"host-local","dataDir":"$run/ipam","ranges":[[{"subnet":"10.88.0.0/16"}]],"routes":[{"dst":"0.0.0.0/0"}]}},{"type":"portmap","capabilities":{"portMappings":true}}]}
C
  cat >"$run/containerd.toml" <<C
version = 2
root = "$run/containerd"
state = "/run/containerd"
[grpc]
  address = "$socket"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "logroute.test/pause:1"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$run/cni"
C
  cat >"$run/kubelet.yaml" <<C
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: true}, webhook: {enabled: false}}
authorization: {mode: AlwaysAllow}
cgroupDriver: cgroupfs
cgroupRoot: /$group
failCgroupV1: false
failSwapOn: false
containerRuntimeEndpoint: unix://$socket
clusterDNS: [10.96.0.10]
clusterDomain: cluster.local
containerLogMaxSize: 1Mi
containerLogMaxFiles: 10
containerLogMonitorInterval: 3s
nodeStatusReportFrequency: 10s
evictionHard: {memory.available: "100Mi"}
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
resolvConf: ""
C
  printf '.:53 {\n  errors\n  kubernetes cluster.local {\n    kubeconfig %s node\n  }\n}\n' "$run/admin.kubeconfig" >"$run/Corefile"
}

cluster_objects() {
  cat <<O
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: proxy}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: system:node-proxier}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: system:kube-proxy}]
---
apiVersion: v1
kind: Service
metadata: {name: kube-dns, namespace: kube-system}
spec: {clusterIP: 10.96.0.10, ports: [{name: dns, port: 53, protocol: UDP}, {name: dns-tcp, port: 53, protocol: TCP}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: kube-dns, namespace: kube-system, labels: {kubernetes.io/service-name: kube-dns}}
addressType: IPv4
ports: [{name: dns, port: 53, protocol: UDP}, {name: dns-tcp, port: 53, protocol: TCP}]
endpoints: [{addresses: [$ip]}]
O
  for disk in 1 2 3 4; do
    mkdir -p "$run/disks/$disk"
    cat <<O
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: disk-$disk}
spec:
  capacity: {storage: 10Gi}
  accessModes: [ReadWriteOnce]
  persistentVolumeReclaimPolicy: Retain
  local: {path: $run/disks/$disk}
  nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [$node]}]}]}}
O
  done
}

first_process_of_node() {
  export PATH=$bin:$PATH KUBECONFIG=$run/admin.kubeconfig
  mount --make-rshared /
  mount -t tmpfs none /run
  mount --bind "$run/own/lib" /var/lib
  mount --bind "$run/own/log" /var/log
  ip link set lo up
  ip link add lr0 type bridge
  ip addr add $ip/32 dev lr0
  ip link set lr0 up
  echo 1 >/proc/sys/net/ipv4/ip_forward
  configure
  start etcd
  start apiserver
  start containerd
  await 60 containerd ctr --address $socket version
  busybox_image
  [ ! -e "$checkout/target/logroute-image.tar" ] || [ -n "${LOGROUTE_NODE_BARE:-}" ] || load "$checkout/target/logroute-image.tar"
  await 180 "the API server" kubectl get --raw /readyz
  start controllers
  start scheduler
  start kubelet
  start proxy
  start dns
  cluster_objects | kubectl apply -f - >/dev/null
  await 180 "the default service account" kubectl get serviceaccount default
  await 180 "the node" kubectl wait --for=condition=Ready node/$node --timeout=1s
  touch "$run/ready"
  echo "the node is ready"
  # The first process of a process namespace is the parent of all that lost theirs.
  while :; do
    sleep 3600 &
    wait $! || true
  done
}

case "${1:-}" in
  check) check ;;
  programs) build_programs ;;
  up) up ;;
  run) run_here ;;
  first-process) first_process_of_node ;;
  exec) shift; enter "$@" ;;
  load) enter bash "$here/node.sh" load-there "$(readlink -f "$2")" ;;
  load-there) load "$2" ;;
  supervise) supervise "$2" ;;
  restart) shift; enter bash "$here/node.sh" restart-there "$@" ;;
  restart-there) shift; for name in "$@"; do stop "$name"; done; for name in "$@"; do start "$name"; done ;;
  down) down ;;
  *) fail "node.sh check | programs | up | run | exec COMMAND… | load TAR | restart NAME… | down" ;;
esac
