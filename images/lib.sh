# shellcheck shell=bash
# What build and load agree on. Sourced, from the repository's root.

say() { echo "${0##*/}: $*" >&2; }
refuse() { say "$*"; exit 2; }

# The project's version, from pyproject.toml.
project_version() { sed -n 's/^version = "\(.*\)"$/\1/p' pyproject.toml; }

# The engine to use: ENGINE, else the first one that works. Docker's program alone, without its daemon, does not.
engine() {
  local candidate
  if [ -n "${ENGINE:-}" ]; then
    case $ENGINE in docker | podman | buildah) ;; *) refuse "ENGINE=$ENGINE: give docker, podman or buildah" ;; esac
    works "$ENGINE" || refuse "ENGINE=$ENGINE: it is not installed, or does not answer to: $ENGINE info"
    echo "$ENGINE"
    return
  fi
  for candidate in docker podman buildah; do
    if works "$candidate"; then echo "$candidate"; return; fi
  done
  refuse "needs docker, podman or buildah, and found none that works; on Debian or Ubuntu: apt-get install buildah"
}

has_image() {
  case $1 in
    buildah) buildah inspect --type image "$2" ;;
    *) "$1" image inspect "$2" ;;
  esac >/dev/null 2>&1
}

works() { "$1" info >/dev/null 2>&1; }

# IMAGE, else this project's name for its image. A name under localhost is never looked for in a registry.
image() { echo "${IMAGE:-localhost/fer:$(project_version)}"; }
