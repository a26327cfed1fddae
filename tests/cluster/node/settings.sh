# shellcheck shell=bash disable=SC2034
# The running node's names, addresses and places. Sourced, not run.

NODE=fer-node        # the Kubernetes node, and the network namespace that it lives in
LINK=fer-node-host   # this machine's end of the link to it
NODE_ADDRESS=10.199.0.1
HOST_ADDRESS=10.199.0.2
LINK_NETWORK=10.199.0.0/24
POD_NETWORK=10.200.0.0/24
SERVICE_NETWORK=10.96.0.0/16
DNS_ADDRESS=10.96.0.10
ETCD=http://127.0.0.1:23790
VOLUMES=4            # volumes that claims without a storage class can bind

STATE=/var/tmp/fer-node  # everything of a running node, and its images
CONTAINERD=$STATE/containerd.sock
export KUBECONFIG=$STATE/kubeconfig CONTAINERD_ADDRESS=$CONTAINERD CONTAINERD_NAMESPACE=k8s.io
