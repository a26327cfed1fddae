"""Pods that take a GPU, on a node that pretends to have four, of which all workflows together may use two."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.grids import ROOT, Grid
from tests.cluster.kube import PodWatch, get, kubectl, patched
from tests.cluster.stores import ClusterStore
from tests.cluster.studies import study

GPU = "nvidia.com/gpu"
STAGES = {"train-evaluator", "train-gan", "generate", "train"}
PRESENT = "nvidia.com/gpu.present"


@pytest.fixture(scope="module")
def _pretended() -> Iterator[None]:
    """Four GPUs on the first node, a limit of two, and the scheduling of the overlay ``gpu``."""
    node = get("nodes")["items"][0]["metadata"]["name"]
    kubectl("label", "node", node, f"{PRESENT}=true")
    set_gpus(node, "4")
    kubectl("apply", f"--kustomize={Path(__file__).parent / 'gpu'}")
    try:
        with patched("configmap", "fer-limits", to={"data": {"gpu-pods": "2"}}):
            yield
    finally:
        kubectl("apply", f"--kustomize={ROOT / 'manifests' / 'overlays' / 'local'}")
        set_gpus(node, None)
        kubectl("label", "node", node, f"{PRESENT}-")


def set_gpus(node: str, count: str | None) -> None:
    """How many the node says that it has, as a device plugin would."""
    status = {"status": {"capacity": {GPU: count}, "allocatable": {GPU: count}}}
    kubectl("patch", "node", node, "--subresource=status", "--type=merge", f"--patch={json.dumps(status)}")


@pytest.fixture(scope="module")
def pods(_pretended: None, store: ClusterStore) -> PodWatch:
    """Every state of the pods of a study that could use four GPUs at once."""
    uri = store.put("tests/gpus.yaml", study("gpus", ratios="0.5, 1.0", controls="0.3, 0.5").encode())
    grid = Grid.submit(uri)
    with PodWatch(f"workflows.argoproj.io/workflow={grid.name}") as watch:
        grid.wait()
    assert grid.phase == "Succeeded", grid.said()
    return watch


def gpus_of(pod: dict[str, Any]) -> int:
    """How many a pod's containers take."""
    containers = pod["spec"]["containers"]
    return sum(int(container["resources"].get("requests", {}).get(GPU, 0)) for container in containers)


def test_every_pod_that_trains_or_generates_takes_one_gpu_and_no_other_pod_any(pods: PodWatch) -> None:
    by_stage = {
        (pod["metadata"]["labels"]["app.kubernetes.io/component"], gpus_of(pod)) for pod in pods.last().values()
    }
    assert by_stage == {(stage, 1) for stage in STAGES} | {
        (stage, 0) for stage in ("prepare", "plan", "assess", "report")
    }


def test_never_more_than_two_of_them_at_once_and_at_some_time_two(pods: PodWatch) -> None:
    def running(pod: dict[str, Any]) -> bool:
        return gpus_of(pod) > 0 and pod["status"]["phase"] == "Running"

    def holding(pod: dict[str, Any]) -> bool:
        return gpus_of(pod) > 0 and pod["status"]["phase"] in ("Pending", "Running")

    assert max(pods.counts(running)) == 2
    assert max(pods.counts(holding)) == 2


def test_they_go_to_nodes_with_gpus_and_may_pass_their_taint(pods: PodWatch) -> None:
    for pod in pods.last().values():
        spec = pod["spec"]
        tolerates = any(each.get("key") == GPU for each in spec["tolerations"])
        assert (spec.get("nodeSelector") == {PRESENT: "true"}) is tolerates is (gpus_of(pod) == 1)
