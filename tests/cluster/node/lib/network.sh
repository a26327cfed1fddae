# shellcheck shell=bash
# The node's network namespace: its addresses, iptables rules and sets end with it. Sourced.

has_network() { [ -e "/run/netns/$NODE" ]; }

make_network() {
  local network taken
  for network in "$LINK_NETWORK" "$POD_NETWORK" "$SERVICE_NETWORK"; do
    taken=$(ip -oneline route show to root "$network")
    [ -z "$taken" ] || refuse "the node needs the addresses $network, but this machine has a route there: $taken"
  done
  ip netns add "$NODE"
  ip link add "$LINK" type veth peer name uplink netns "$NODE"
  ip address add "$HOST_ADDRESS/24" dev "$LINK"
  ip link set "$LINK" up
  ip -n "$NODE" link set lo up
  ip -n "$NODE" address add "$NODE_ADDRESS/24" dev uplink
  ip -n "$NODE" link set uplink up
  # Some programs want a default route; the machine forwards nothing that takes it.
  ip -n "$NODE" route add default via "$HOST_ADDRESS"
  ip route add "$POD_NETWORK" via "$NODE_ADDRESS"
  ip route add "$SERVICE_NETWORK" via "$NODE_ADDRESS"
  nsenter --net="/run/netns/$NODE" sysctl --quiet --write net.ipv4.ip_forward=1
  # Traffic between two pods crosses a bridge; policies see it only if iptables do.
  nsenter --net="/run/netns/$NODE" sysctl --quiet --write net.bridge.bridge-nf-call-iptables=1
}

# The routes go with the link.
remove_network() {
  if ip link show "$LINK" >/dev/null 2>&1; then ip link delete "$LINK"; fi
  if has_network; then ip netns delete "$NODE"; fi
}
