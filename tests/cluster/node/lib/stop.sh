# shellcheck shell=bash
# Ends the node, whole or what a crash left of it. Sourced.

# Everything but the images. Pods go with the runtime; the cluster's objects live in etcd and end with it.
stop_node() {
  local name
  # Nothing of these outlives the node, so they have nothing to save; the API server would wait for its clients.
  for name in policy kubelet proxy scheduler controller-manager apiserver etcd; do stop "$name" KILL; done
  # A runtime that died leaves its containers running, and only a runtime can end them.
  if ! alive containerd 2>/dev/null && has_network && [ -d "$STATE/containerd-state" ]; then start_containerd; fi
  if alive containerd 2>/dev/null; then
    remove_containers
    stop containerd TERM
  fi
  unmount_below "$STATE"
  remove_network
  remove_cgroups
  rm -rf "$STATE"/{containerd-state,etcd,ipam,kubelet,pki,pod-logs,volumes} "$STATE/up" "$KUBECONFIG"
}

unmount_below() {
  local mounted
  awk -v below="$1/" 'index($2, below) == 1 {print $2}' /proc/mounts | sort --reverse | while read -r mounted; do
    umount "$mounted" || fail "$mounted is still in use: see what holds it with: fuser -vm $mounted"
  done
}

# The kubelet leaves its empty groups behind; removing one that is in use fails, and that is right.
remove_cgroups() {
  find /sys/fs/cgroup -depth -type d -path '*/kubepods*' -exec rmdir {} + 2>/dev/null || true
}
