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

# One script at a time changes the node; the lock ends with the script, and the programs it starts do not hold it.
lock() {
  mkdir -p "$STATE"
  exec 9>"$STATE/lock"
  flock --nonblock 9 || refuse "another up, down or load-image is at work on $STATE; wait for it"
}
