"""How large a workflow gets: measured on a hundred cells, told for ten thousand.

Argo keeps a workflow in one object of at most 1 MiB, and packs its nodes when they would not fit.
"""

import base64
import gzip
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from jobs.fan_out import MOST_BYTES, MOST_PODS
from tests.cluster.grids import Grid, nodes_of
from tests.cluster.studies import PACK, study
from tests.commands import Ended, run_alone

MOST_STATUS = 1024 * 1024
TEN_THOUSAND = study(
    "ten-thousand",
    train=70,
    classifiers="cnn, resemotenet, resnet18, resnet50, densenet121",
    ratios="0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9",
    controls="0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95",
    seeds=", ".join(str(seed) for seed in range(100)),
    reuse=True,
)


@dataclass(frozen=True)
class Size:
    """Of a finished workflow."""

    tasks: int
    pods: int
    """Of all attempts at them."""
    nodes: int
    packed: int
    """Bytes of its nodes' status: as JSON, and as Argo packs it where the whole is over 1 MiB."""
    rest: int
    """Bytes of all else in the object."""
    largest: int
    """Bytes of the largest value of a parameter, of any node."""

    @classmethod
    def of(cls, grid: Grid) -> "Size":
        """Measure it."""
        workflow = grid.workflow()
        nodes = nodes_of(workflow)
        text = json.dumps(nodes, separators=(",", ":")).encode()
        workflow["status"].pop("nodes", None)
        workflow["status"].pop("compressedNodes", None)
        values = [
            str(given.get("value", ""))
            for node in nodes.values()
            for side in ("inputs", "outputs")
            for given in node.get(side, {}).get("parameters", ())
        ]
        return cls(
            tasks=len(grid.tasks()),
            pods=sum(node["type"] == "Pod" for node in nodes.values()),
            nodes=len(text),
            packed=len(base64.b64encode(gzip.compress(text))),
            rest=len(json.dumps(workflow, separators=(",", ":"))),
            largest=max(len(value.encode()) for value in values),
        )

    def for_pods(self, pods: int) -> int:
        """Bytes of the whole object, as Argo keeps it, for another number of such pods."""
        return self.rest + self.packed * pods // self.pods

    def __str__(self) -> str:
        """For people."""
        return (
            f"{self.pods} pods: {self.nodes / self.pods:.0f} bytes of status each, "
            f"{self.packed / self.pods:.0f} packed, {self.rest} beside; largest value {self.largest} bytes"
        )


@pytest.fixture(scope="module")
def sizes(hundred: Grid, single: Grid) -> dict[str, Size]:
    """Of a hundred cells: ten to a pod, and each in a pod of its own."""
    found = {}
    for name, grid in (("packed", hundred), ("single", single)):
        assert grid.wait(1200).phase == "Succeeded", grid.said()
        found[name] = Size.of(grid)
        print(f"{name}: {found[name]}")
    return found


def fan_out(folder: Path, pack: int) -> Ended:
    """``fer fan-out`` of the study of ten thousand cells."""
    study_file = folder / "study.yaml"
    study_file.write_text(TEN_THOUSAND)
    where = ("--study", study_file, "--store", folder / "store")
    assert run_alone("prepare", *where).status == 0
    return run_alone("fan-out", *where, "--pack", str(pack), "--to", folder / "out")


def test_a_hundred_cells_are_a_hundred_pods_or_ten(sizes: dict[str, Size]) -> None:
    others = len(("prepare", "plan", "judge", "features and reader", "train-gan", "generate", "assess", "report"))
    assert sizes["packed"].tasks == 100 // PACK + others
    assert sizes["single"].tasks == 100 + others


def test_as_many_pods_as_a_fan_out_may_have_fit_into_a_workflow(sizes: dict[str, Size]) -> None:
    most = {name: size.for_pods(MOST_PODS) for name, size in sizes.items()}
    print(f"bytes of a workflow of {MOST_PODS} pods: {most}")
    assert max(most.values()) < MOST_STATUS


def test_ten_thousand_cells_fit_into_a_workflow_when_they_are_packed(sizes: dict[str, Size], tmp_path: Path) -> None:
    ended = fan_out(tmp_path, PACK)
    assert ended.status == 0, ended.errors
    texts = [(tmp_path / "out" / name).read_bytes() for name in ("runs.json", "alone.json")]
    runs = [run for text in texts for run in json.loads(text)]
    size = max(len(text) for text in texts)
    trained = [pack for run in runs for group in run["groups"] for _ in group["classifiers"] for pack in group["packs"]]
    assert sum(len(pack.split()) for pack in trained) == 10_000
    evaluators = json.loads((tmp_path / "out" / "evaluators.json").read_bytes())
    others = sum(len(run[each]) for run in runs for each in ("classes", "volumes", "assess"))
    pods = len(trained) + others + len(("prepare", "plan", "report")) + len(evaluators)
    expected = sizes["packed"].for_pods(pods)
    print(f"10,000 cells, {PACK} to a pod: {pods} pods, largest argument {size} bytes, workflow {expected} bytes")
    assert max(size, sizes["packed"].largest) < MOST_BYTES
    assert expected < MOST_STATUS


def test_one_pod_for_each_of_ten_thousand_cells_is_refused_with_the_pack_that_would_do(tmp_path: Path) -> None:
    ended = fan_out(tmp_path, 1)
    assert ended.status == 2
    assert "--pack 1: study ten-thousand takes 10,008 pods" in ended.messages[-1]
    assert ended.messages[-1].endswith("or more")
