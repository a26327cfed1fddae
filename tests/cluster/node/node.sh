# shellcheck shell=bash
# Everything that the node's scripts share. Sourced, with HERE set to this folder.

. "$HERE/versions.sh"
. "$HERE/settings.sh"
. "$HERE/lib/checks.sh"
. "$HERE/lib/processes.sh"
. "$HERE/lib/network.sh"
. "$HERE/lib/render.sh"
. "$HERE/lib/containers.sh"
. "$HERE/lib/stop.sh"
