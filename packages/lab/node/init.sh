#!/bin/bash
# The node's first process. It runs as PID 1 of namespaces of its own (network,
# mounts, processes), so that nothing it does changes the machine, and ending it
# ends every process and container of the node.
#
#   init.sh STATE CGROUP...    a cgroup v1 hierarchy is named by its mount options
#                              (cpu,cpuacct or none,name=systemd), version 2 by v2
set -euo pipefail
state=$1
shift
node=/var/lib/threewalls

mount --make-rprivate /

# The state folder gets a fixed place, then what the daemons write elsewhere is
# kept off the machine. (Held in /run meanwhile: it may lie below /var/lib.)
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/lock /run/cilium /run/netns /run/state
mount --bind "$state" /run/state
for hidden in /var/lib /var/log; do
  mount -t tmpfs -o mode=755 tmpfs "$hidden"
done
mount -t tmpfs -o mode=1777 tmpfs /tmp
mkdir -p "$node" /var/lib/kubelet
mount --bind /run/state "$node"
umount /run/state
mkdir -p "$node/pod-logs" /var/log/pods
mount --bind "$node/pod-logs" /var/log/pods

# A new network namespace came with a new, bare /sys.
mount -t bpf bpf /sys/fs/bpf
has_v1=
for hierarchy in "$@"; do
  [ "$hierarchy" = v2 ] || has_v1=1
done
[ -z "$has_v1" ] || mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
for hierarchy in "$@"; do
  if [ "$hierarchy" != v2 ]; then
    folder=/sys/fs/cgroup/${hierarchy#none,name=}
    mkdir -p "$folder"
    mount -t cgroup -o "$hierarchy" cgroup "$folder"
    for controller in ${hierarchy//,/ }; do
      [ -e "/sys/fs/cgroup/$controller" ] || ln -s "$folder" "/sys/fs/cgroup/$controller"
    done
  elif [ -n "$has_v1" ]; then
    folder=/sys/fs/cgroup/unified
    mkdir -p "$folder"
    mount -t cgroup2 cgroup2 "$folder"
  else
    folder=/sys/fs/cgroup
    mount -t cgroup2 cgroup2 "$folder"
  fi
  if [ "$hierarchy" = v2 ]; then
    # Cilium's socket hooks go on this folder: they touch no process but ours.
    mkdir -p /run/cilium/cgroupv2
    mount --bind "$folder/threewalls" /run/cilium/cgroupv2
  fi
  # In a folder beside the pods', since version 2 allows processes in leaves only.
  echo 0 >"$folder/threewalls/node/cgroup.procs"
done

sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0

export PATH=$node/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/root TMPDIR=/tmp
export K8S_NODE_NAME=threewalls CILIUM_K8S_NAMESPACE=kube-system
cd /

# Starts a daemon from its file of arguments, again whenever it ends.
start() {
  local name=$1 command
  mapfile -t command <"$node/run/$name.args"
  while :; do
    "${command[@]}" </dev/null >>"$node/logs/$name.log" 2>&1 || true
    echo "lab: $name ended; starting it again" >>"$node/logs/$name.log"
    sleep 1
  done
}

for name in etcd kube-apiserver containerd internet-http internet-https foreign-dns; do
  start "$name" &
done

# The rest would only fail and back off until the API answers.
until [ -e "$node/run/api-ready" ]; do sleep 0.1; done
for name in kube-controller-manager kube-scheduler cilium-operator cilium-agent; do
  start "$name" &
done
# The agent needs the node's object, which the kubelet makes; but a kubelet that
# finds no pod network looks again after five seconds only. So once the object is
# there, the kubelet waits for the agent.
known=$node/node-known
[ -e "$known" ] || start kubelet &

# containerd misses a rename of this file, which is how the agent writes it; and
# pods need the agent's socket, so it must not be there before.
until cilium-dbg status --brief >/dev/null 2>&1; do sleep 0.3; done
mkdir -p /run/cni
cp "$node/config/05-cilium.conflist" /run/cni/
touch "$node/run/cilium-ready"
[ ! -e "$known" ] || start kubelet &
touch "$known"

wait
