"""Pods deleted, killed and short of memory, servers that go away: the same numbers, and what was tried again is seen.

A killed process leaves its claim behind, which lapses after two minutes. So two studies suffer everything at once.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fer.plan import tasks
from tests.cluster.grids import Grid, Node
from tests.cluster.kube import PodWatch, get, kubectl, run, wait_until
from tests.cluster.local import LocalRun
from tests.cluster.stores import ClusterStore, attempts, numbers
from tests.cluster.studies import study

STUDIES = {
    "disturbed": study("disturbed", train=420, ratios="0.5, 1.0", controls="0.5", epochs=16),
    "hungry": study("hungry", ratios="1.0", generator=False),
}
TOO_LITTLE = 300
"""MiB, in which no network can be trained."""
DONE_AT_THE_DEADLINE = """
import signal, sys, time
if int(sys.argv[1]) == 0:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    time.sleep(600)
"""
"""What ends well in the moment in which its pod is stopped, and the next time at once."""


@dataclass(frozen=True)
class Suffered:
    """Two finished studies and what happened to the first."""

    grids: dict[str, Grid]
    uris: dict[str, str]
    deleted: str
    killed: str
    """Pods, each of which was the first to train a cell and had saved a checkpoint."""
    pods: dict[str, dict[str, Any]]
    """The last that was seen of every pod."""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> dict[str, LocalRun]:
    """The same studies on this machine."""
    return {name: started_here(text, tmp_path_factory.mktemp(name)) for name, text in STUDIES.items()}


def started_here(text: str, folder: Path) -> LocalRun:
    """A study on this machine."""
    (folder / "study.yaml").write_text(text)
    return LocalRun(folder / "study.yaml", folder)


@pytest.fixture(scope="module")
def suffered(here: dict[str, LocalRun], store: ClusterStore) -> Suffered:  # noqa: ARG001 - both at the same time
    """Both studies, and everything that can go wrong."""
    uris = {name: store.put(f"tests/{name}.yaml", text.encode()) for name, text in STUDIES.items()}
    with PodWatch("app.kubernetes.io/name=fer") as watch:
        disturbed, hungry = Grid.submit(uris["disturbed"]), Grid.submit(uris["hungry"], memory=TOO_LITTLE)
        wait_until(lambda: disturbed.done("plan"), "a plan", seconds=600)
        # The two cells without a generator: nothing but the plan comes before them.
        deleted = in_the_middle(store, uris["disturbed"])
        kubectl("delete", "pod", deleted, "--wait=false")
        killed = in_the_middle(store, uris["disturbed"], but=deleted)
        kubectl("exec", killed, "--container=main", "--", "sh", "-c", "kill -s KILL -- -1")
        # The killed one's claim keeps the study from its end for two minutes.
        wait_until(lambda: disturbed.done("train-gan"), "a trained generator", seconds=600)
        kubectl("delete", "pod", "--selector=app.kubernetes.io/name=s3", "--grace-period=1")
        run("kubectl", "--namespace=argo", "rollout", "restart", "deployment/workflow-controller")

        disturbed.wait()
        hungry.wait()
    return Suffered({"disturbed": disturbed, "hungry": hungry}, uris, deleted, killed, watch.last())


def in_the_middle(store: ClusterStore, uri: str, but: str = "") -> str:
    """A pod that is the first to train a cell, of which a checkpoint is saved."""

    def found() -> str:
        context = store.context(uri)
        for task in tasks(context.planned):
            tried = context.store.attempts(task.digest) if task.cell is not None else []
            first_try = [one.state for one in tried] == ["running"] and tried[0].owner.host != but
            if first_try and context.store.checkpoints(task.digest).load() is not None:
                return tried[0].owner.host
        return ""

    return str(wait_until(found, "a checkpoint of a cell that is being trained", seconds=600))


@pytest.mark.parametrize("name", STUDIES)
def test_the_study_ends_with_the_same_numbers(
    suffered: Suffered, here: dict[str, LocalRun], store: ClusterStore, name: str
) -> None:
    grid = suffered.grids[name]
    assert grid.phase == "Succeeded", grid.said()
    assert numbers(store.context(suffered.uris[name])) == numbers(here[name].context())


def test_a_deleted_pod_saved_a_checkpoint_and_another_one_went_on(suffered: Suffered, store: ClusterStore) -> None:
    tried = states_of(store, suffered.uris["disturbed"], suffered.deleted)
    assert tried[0] == "stopped"
    assert tried[-1] == "done"
    first, *_, last = attempts_from(suffered.grids["disturbed"], suffered.deleted)
    assert first.phase in ("Error", "Failed")
    assert "deleted" in first.message or first.exit_code == "143"
    assert last.phase == "Succeeded"


def test_a_killed_pod_is_tried_again_until_its_claim_has_lapsed(suffered: Suffered, store: ClusterStore) -> None:
    tried = states_of(store, suffered.uris["disturbed"], suffered.killed)
    assert tried == ["killed", "done"]
    first, *waiting, last = attempts_from(suffered.grids["disturbed"], suffered.killed)
    assert first.exit_code == "137"
    assert {node.exit_code for node in waiting} <= {"75"}
    assert last.phase == "Succeeded"


def test_a_pod_over_its_memory_limit_is_tried_again_with_more(suffered: Suffered) -> None:
    [tried] = suffered.grids["hungry"].attempts("train")
    assert tried[0].exit_code == "137"
    assert tried[-1].phase == "Succeeded"
    pods = [pod_of(suffered, node) for node in tried]
    assert ended_by(pods[0]) == "OOMKilled"
    limits = [main_of(pod)["resources"]["limits"]["memory"] for pod in pods]
    assert limits == [f"{TOO_LITTLE * min(1 + number, 4)}Mi" for number in range(len(limits))]


def test_what_nothing_happened_to_was_tried_once(suffered: Suffered) -> None:
    grid = suffered.grids["disturbed"]
    assert [grid.attempts(stage) for stage in ("prepare", "plan", "train-evaluator", "train-gan")] == [[]] * 4


def test_a_pod_that_was_done_as_its_deadline_came_is_tried_again() -> None:
    """Kubernetes calls it failed, although its program ended with 0."""
    spec = get("workflowtemplate", "fer-stages")["spec"]
    [stage] = [template for template in spec["templates"] if template["name"] == "prepare"]
    spec |= {"entrypoint": "prepare", "templates": [stage]}
    del spec["onExit"]
    stage["activeDeadlineSeconds"] = 15
    stage["container"] |= {"command": ["python3", "-c", DONE_AT_THE_DEADLINE], "args": ["{{retries}}"]}
    workflow = {"kind": "Workflow", "metadata": {"generateName": "done-late-"}, "spec": spec}
    given = json.dumps({"apiVersion": "argoproj.io/v1alpha1", **workflow})
    grid = Grid(kubectl("create", "--filename=-", "--output=name", given=given).strip().rpartition("/")[2]).wait()
    assert grid.phase == "Succeeded", grid.said()
    [[first, last]] = grid.attempts("prepare")
    assert (first.phase, first.exit_code) == ("Failed", "0")
    assert "deadline" in first.message
    assert last.phase == "Succeeded"


def states_of(store: ClusterStore, uri: str, pod: str) -> list[str]:
    """How the attempts at the cell ended that the pod was the first to train."""
    [tried] = [tried for tried in attempts(store.context(uri)).values() if tried[0].owner.host == pod]
    return [attempt.state for attempt in tried]


def attempts_from(grid: Grid, pod: str) -> list[Node]:
    """The workflow's attempts at a task, the first of which was the pod."""
    [tried] = [tried for tried in grid.attempts("train") if pod_name(grid, tried[0]) == pod]
    return tried


def pod_name(grid: Grid, node: Node) -> str:
    """Argo's name for a node's pod."""
    return f"{grid.name}-{node.template}-{node.id.rpartition('-')[2]}"


def pod_of(suffered: Suffered, node: Node) -> dict[str, Any]:
    """What was last seen of a node's pod."""
    [pod] = [
        pod
        for pod in suffered.pods.values()
        if pod["metadata"]["annotations"]["workflows.argoproj.io/node-id"] == node.id
    ]
    return pod


def main_of(pod: dict[str, Any]) -> dict[str, Any]:
    """The container of our program."""
    [container] = [container for container in pod["spec"]["containers"] if container["name"] == "main"]
    found: dict[str, Any] = container
    return found


def ended_by(pod: dict[str, Any]) -> str:
    """Why our program's container ended."""
    [status] = [status for status in pod["status"]["containerStatuses"] if status["name"] == "main"]
    return str(status["state"]["terminated"]["reason"])
