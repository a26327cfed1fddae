# shellcheck shell=bash
# The container runtime and what it holds. Sourced.

start_containerd() {
  render containerd.toml >"$STATE/containerd.toml"
  start containerd containerd --config "$STATE/containerd.toml"
  wait_for containerd ctr version
}

# Loads what build packed, unless that very file was loaded before.
load_packed() {
  local archive mark
  for archive in "$BUILT"/images/*.tar; do
    mark=$STATE/loaded/${archive##*/}
    if [ ! -e "$mark" ] || [ "$archive" -nt "$mark" ]; then
      ctr images import "$archive" >/dev/null
      touch "$mark"
    fi
  done
}

# Ends every container and forgets it; the images stay. A pod's containers go before its sandbox, since one process minds
# them all and ends with the last.
remove_containers() {
  local kind id
  for kind in container sandbox; do
    for id in $(ctr containers list --quiet "labels.\"io.cri-containerd.kind\"==$kind"); do
      ctr tasks delete --force "$id" >/dev/null 2>&1 || true  # its status is that of the ended process
      ctr containers delete "$id" || fail "container $id could not be removed; see $STATE/log/containerd.log"
    done
  done
}
