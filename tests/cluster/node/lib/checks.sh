# shellcheck shell=bash
# Messages, and what must be true before anything is done. Sourced, after settings.sh.

say() { echo "${0##*/}: $*" >&2; }

# refuse WHY: the machine or the request will not do; nothing was changed.
refuse() { say "$*"; exit 2; }

# fail WHY: something broke on the way.
fail() { say "$*"; exit 1; }

# The packages that are not there.
missing_packages() {
  local package program
  while read -r package program; do
    case $package in '' | '#'*) continue ;; esac
    command -v "$program" >/dev/null || echo "$package"
  done <"$HERE/packages"
}

need_packages() {
  local missing
  mapfile -t missing < <(missing_packages)
  [ ${#missing[@]} -eq 0 ] || refuse "not installed; on Debian or Ubuntu: apt-get install ${missing[*]}"
}

need_root() { [ "$(id -u)" -eq 0 ] || refuse "needs root, for network namespaces and containers: run it with sudo"; }

need_go() {
  command -v go >/dev/null || refuse "needs Go $GO_AT_LEAST or newer to build the node's programs; there is no go on the path"
  local found
  found=$(go env GOVERSION)
  printf '%s\n' "go$GO_AT_LEAST" "$found" | sort --check=quiet --version-sort ||
    refuse "needs Go $GO_AT_LEAST or newer to build the node's programs; $(command -v go) is ${found#go}"
}

# try_apart WHAT SCRIPT: refuses where the script fails in a network namespace and with mounts of its own, which end with it.
try_apart() {
  local said
  said=$(unshare --net --mount bash -euc "$2" 2>&1) || refuse "this machine cannot $1, which the node needs: ${said##*$'\n'}"
}

# What containers and their network take from the kernel, tried where it changes nothing.
need_kernel() {
  local controller folder
  for controller in cpu memory pids; do
    folder=/sys/fs/cgroup
    grep --quiet --word-regexp "$controller" "$folder/cgroup.controllers" 2>/dev/null || folder=$folder/$controller
    [ -w "$folder" ] || refuse "this machine has no control group for $controller that can be written, which the node needs"
  done
  try_apart "make network namespaces and mounts" true
  try_apart "link pods" "ip link add pod type veth peer name host; ip link add bridge type bridge"
  try_apart "show a bridge's traffic to iptables (modprobe br_netfilter)" "sysctl --write net.bridge.bridge-nf-call-iptables=1"
  try_apart "filter traffic" "ipset create set hash:ip
    iptables --table nat --append PREROUTING --match set --match-set set src --match comment --comment try --jump ACCEPT
    iptables --append INPUT --match conntrack --ctstate NEW --match mark --mark 1 --jump ACCEPT"
  try_apart "mount an overlay in ${STATE%/*}" "folder=\$(mktemp --directory --tmpdir=${STATE%/*})
    trap 'rm -r \$folder' EXIT
    mkdir \$folder/{lower,upper,work,all}
    mount --types overlay --options lowerdir=\$folder/lower,upperdir=\$folder/upper,workdir=\$folder/work none \$folder/all
    umount \$folder/all"
}

# One script at a time changes the node; the lock ends with the script, and the programs it starts do not hold it.
lock() {
  mkdir -p "$STATE"
  exec 9>"$STATE/lock"
  flock --nonblock 9 || refuse "another up, down or load-image is at work on $STATE; wait for it"
}
