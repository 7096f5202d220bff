#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A real cluster of one node for runs by hand, from Debian's containerd and the programs that
# kubernetes-binaries.sh builds: etcd, API server, controllers, scheduler, containerd, kubelet, kube-proxy.
#
#   node.sh up          starts it and loads the images of target/*-image.tar; prints the kubeconfig
#   node.sh load TAR    loads another docker-archive
#   node.sh down        stops all of it, by the ids that `up` wrote, and takes its data away
#
# Root, and on this machine: a bridge lr0 with address 10.90.0.1, pods on 10.88.0.0/16, services on
# 10.96.0.0/16; kube-proxy writes iptables rules, the kubelet /var/log/pods. There is no DNS: routes and endpoints name service addresses. Data: /var/tmp/logroute-node.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
checkout=$(cd "$here/../../.." && pwd)
run=/var/tmp/logroute-node
ip=10.90.0.1
node=node-1
runtime=/run/logroute-containerd
bin=$(sh "$here/kubernetes-binaries.sh" --print-folder)
export PATH=$bin:$PATH KUBECONFIG=$run/admin.kubeconfig

fail() { echo "node.sh: $*" >&2; exit 2; }
load() { ctr -a $runtime/c.sock -n k8s.io images import "$1"; }

stop() {
  [ ! -f "$run/$1.pid" ] || {
    pid=$(cat "$run/$1.pid")
    kill "$pid" 2>/dev/null || true
    for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    kill -KILL "$pid" 2>/dev/null || true
    rm -f "$run/$1.pid"
  }
}

down() {
  if [ -f "$run/apiserver.pid" ] && [ -f "$run/kubelet.pid" ]; then
    timeout 60 kubectl delete daemonsets,deployments,statefulsets,jobs,pods --all -A --grace-period=2 >/dev/null 2>&1 || true
  fi
  stop kubelet
  if [ -S $runtime/c.sock ]; then
    for task in $(ctr -a $runtime/c.sock -n k8s.io tasks list -q 2>/dev/null); do
      ctr -a $runtime/c.sock -n k8s.io tasks rm -f "$task" >/dev/null 2>&1 || true
    done
  fi
  for name in proxy scheduler controllers containerd apiserver etcd; do stop $name; done
  [ ! -x "$bin/kube-proxy" ] || kube-proxy --cleanup >/dev/null 2>&1 || true
  for chain in INPUT OUTPUT; do iptables -D $chain -j KUBE-FIREWALL 2>/dev/null || true; done
  for place in mangle:KUBE-IPTABLES-HINT mangle:KUBE-KUBELET-CANARY nat:KUBE-KUBELET-CANARY filter:KUBE-KUBELET-CANARY filter:KUBE-FIREWALL; do
    iptables -t "${place%:*}" -F "${place#*:}" 2>/dev/null && iptables -t "${place%:*}" -X "${place#*:}" || true
  done
  for namespace in $(ip netns list | grep -o '^cni-[^ ]*' || true); do
    [ ! -e "$run" ] || ip netns delete "$namespace" || true
  done
  { grep -oE " ($run|$runtime)[^ ]*" /proc/mounts || true; } | sort -r | while read -r mount; do umount -l "$mount" || true; done
  for bridge in lr0 cni0; do ip link delete $bridge 2>/dev/null || true; done
  [ ! -f "$run/made-log-folders" ] || rm -rf /var/log/pods /var/log/containers /var/lib/logroute
  rm -rf "$run" $runtime
}

start() {
  name=$1
  shift
  nohup "$@" >"$run/log/$name.log" 2>&1 9>&- &
  echo $! >"$run/$name.pid"
}

await() { # await SECONDS WHAT COMMAND...
  seconds=$1
  what=$2
  shift 2
  for _ in $(seq "$seconds"); do ! "$@" >/dev/null 2>&1 || return 0; sleep 1; done
  fail "$what did not come up in $seconds s, see $run/log"
}

kubeconfig() {
  cat >"$run/$1.kubeconfig" <<K
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "https://$ip:6443", certificate-authority: $run/pki/apiserver.crt}}]
users: [{name: u, user: {token: $1tok}}]
contexts: [{name: c, context: {cluster: c, user: u}}]
current-context: c
K
}

# The container that holds a pod's namespaces: it waits for ever.
pause_image() {
  mkdir -p "$run/pause/root/bin"
  printf '#include <unistd.h>\n#include <signal.h>\nstatic void end(int s){_exit(0);}\nint main(void){signal(SIGTERM,end);signal(SIGINT,end);for(;;)pause();}\n' >"$run/pause/pause.c"
  cc -static -O2 -o "$run/pause/root/bin/pause" "$run/pause/pause.c"
  "${JAVA_HOME:-$("$checkout/.mvn/find-jdk")}/bin/java" "$checkout/src/main/image/ImageArchive.java" --entrypoint=/bin/pause \
    "$run/pause.tar" logroute.test/pause:1 1 2026-01-01T00:00:00Z "$run/pause/root"
}

up() {
  [ "$(id -u)" = 0 ] || fail "a node needs root"
  for program in containerd runc ctr iptables conntrack cc openssl ip; do
    command -v $program >/dev/null || fail "no $program: apt-get install containerd runc containernetworking-plugins iptables conntrack gcc openssl iproute2"
  done
  [ ! -e "$run" ] || fail "$run is there: node.sh down first"
  sh "$here/kubernetes-binaries.sh" etcd kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy kubectl
  mkdir -p "$run"/{pki,etcd,kubelet,containerd,log,cni}
  [ -e /var/log/pods ] || [ -e /var/lib/logroute ] || touch "$run/made-log-folders"
  pause_image
  ip link add lr0 type bridge
  ip addr add $ip/32 dev lr0
  ip link set lr0 up
  echo 1 >/proc/sys/net/ipv4/ip_forward
  openssl genrsa -out "$run/pki/sa.key" 2048 2>/dev/null
  openssl rsa -in "$run/pki/sa.key" -pubout -out "$run/pki/sa.pub" 2>/dev/null
  cat >"$run/pki/tokens.csv" <<T
admintok,admin,admin,system:masters
kubelettok,system:node:$node,node1,system:nodes
controllerstok,system:kube-controller-manager,kcm
schedulertok,system:kube-scheduler,sched
proxytok,system:kube-proxy,proxy
T
  start etcd etcd --data-dir "$run/etcd" --listen-client-urls http://127.0.0.1:22379 --advertise-client-urls http://127.0.0.1:22379 \
    --listen-peer-urls http://127.0.0.1:22380 --unsafe-no-fsync
  start apiserver kube-apiserver --etcd-servers=http://127.0.0.1:22379 --secure-port=6443 --bind-address=$ip --advertise-address=$ip \
    --cert-dir="$run/pki" --service-cluster-ip-range=10.96.0.0/16 --authorization-mode=Node,RBAC --token-auth-file="$run/pki/tokens.csv" \
    --service-account-issuer=https://kubernetes.default.svc --service-account-signing-key-file="$run/pki/sa.key" \
    --service-account-key-file="$run/pki/sa.pub" --allow-privileged=true --kubelet-preferred-address-types=InternalIP
  for user in admin kubelet controllers scheduler proxy; do kubeconfig $user; done
  await 120 "the API server" kubectl get --raw /readyz
  start controllers kube-controller-manager --kubeconfig="$run/controllers.kubeconfig" --service-account-private-key-file="$run/pki/sa.key" \
    --root-ca-file="$run/pki/apiserver.crt" --use-service-account-credentials --leader-elect=false --cluster-cidr=10.88.0.0/16 --allocate-node-cidrs=false
  start scheduler kube-scheduler --kubeconfig="$run/scheduler.kubeconfig" --leader-elect=false
  cat >"$run/cni/10-bridge.conflist" <<C
{"cniVersion":"1.0.0","name":"bridge","plugins":[{"type":"bridge","bridge":"cni0","isGateway":true,"ipMasq":true,"hairpinMode":true,"ipam":{"type":"host-local","dataDir":"$run/ipam","ranges":[[{"subnet":"10.88.0.0/16"}]],"routes":[{"dst":"0.0.0.0/0"}]}},{"type":"portmap","capabilities":{"portMappings":true}}]}
C
  cat >"$run/containerd.toml" <<C
version = 2
root = "$run/containerd"
state = "$runtime"
[grpc]
  address = "$runtime/c.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "logroute.test/pause:1"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$run/cni"
C
  start containerd containerd -c "$run/containerd.toml"
  await 30 containerd ctr -a $runtime/c.sock version
  load "$run/pause.tar"
  for image in "$checkout"/target/*-image.tar; do [ ! -e "$image" ] || load "$image"; done
  cat >"$run/kubelet.yaml" <<C
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: true}, webhook: {enabled: false}}
authorization: {mode: AlwaysAllow}
cgroupDriver: cgroupfs
failCgroupV1: false
failSwapOn: false
containerRuntimeEndpoint: unix://$runtime/c.sock
clusterDNS: [10.96.0.10]
clusterDomain: cluster.local
containerLogMaxSize: 1Mi
containerLogMaxFiles: 5
containerLogMonitorInterval: 3s
evictionHard: {memory.available: "100Mi"}
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
resolvConf: ""
C
  start kubelet kubelet --config="$run/kubelet.yaml" --kubeconfig="$run/kubelet.kubeconfig" --hostname-override=$node --root-dir="$run/kubelet" --node-ip=$ip
  start proxy kube-proxy --kubeconfig="$run/proxy.kubeconfig" --hostname-override=$node --proxy-mode=iptables --cluster-cidr=10.88.0.0/16 --conntrack-max-per-core=0
  kubectl create clusterrolebinding proxy --clusterrole=system:node-proxier --user=system:kube-proxy >/dev/null
  await 120 "the node" kubectl wait --for=condition=Ready node/$node --timeout=1s
  await 60 "the default service account" kubectl get serviceaccount default
  echo "export KUBECONFIG=$KUBECONFIG PATH=$bin:\$PATH"
}

case "${1:-}" in
  up) up ;;
  load) load "$2" ;;
  down) down ;;
  *) fail "node.sh up | load TAR | down" ;;
esac
