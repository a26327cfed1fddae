# shellcheck shell=bash disable=SC2034
# What build makes, and from which versions. Sourced, not run.

GO_AT_LEAST=1.26
KUBERNETES=1.34.4
ARGO=4.0.5
ARGO_SUM=h1:/1lru5oXUd+k6KEDUps6rLX5OKfi1jTfabgXTly/VFU=  # of its module's files, as go.sum would hold it

# Under sudo too, the home of who called it: building needs no root.
home=$HOME
[ -z "${SUDO_USER:-}" ] || home=$(getent passwd "$SUDO_USER" | cut -d : -f 6)
BUILT=${XDG_CACHE_HOME:-$home/.cache}/fer-node

PAUSE_IMAGE=localhost/fer-node-pause:$KUBERNETES
DNS_IMAGE=localhost/fer-node-dns:$KUBERNETES
EXECUTOR_IMAGE=quay.io/argoproj/argoexec:v$ARGO  # the names that Argo's own manifests use
CONTROLLER_IMAGE=quay.io/argoproj/workflow-controller:v$ARGO
