"""A study by ``argo submit -n fer argo/grid.yaml``: what a run makes, what a second one does, what a failure costs."""

from dataclasses import dataclass

import pytest

from fer.plan import tasks
from fer.store import Manifest
from jobs.context import read_artifact_file
from tests.cluster.grids import Awaited, Grid
from tests.cluster.local import LocalRun
from tests.cluster.stores import ClusterStore, attempts, made, numbers
from tests.cluster.studies import study


@dataclass(frozen=True)
class Done:
    """A study that was run by two workflows at once."""

    uri: str
    grid: Grid
    beside: Grid
    made: dict[str, Manifest]
    """What the store held afterwards."""


@pytest.fixture(scope="module")
def small(store: ClusterStore) -> Done:
    """A small study, run on the cluster."""
    uri = store.put("tests/small.yaml", study("small", ratios="0.0, 0.5, 1.0").encode())
    grid, beside = Grid.submit(uri), Grid.submit(uri)
    for each in (grid, beside):
        assert each.wait().phase == "Succeeded", each.said()
    return Done(uri, grid, beside, made(store.open()))


def test_the_smoke_study_ends_with_the_numbers_of_fer_run_on_this_machine(
    smoke_here: LocalRun, smoke_there: Awaited, store: ClusterStore
) -> None:
    grid = smoke_there.grid()
    assert grid.phase == "Succeeded", grid.said()
    assert {pod.template for pod in grid.pods()} == {
        "prepare",
        "plan",
        "train-evaluator",
        "train-gan",
        "generate",
        "assess",
        "train",
        "report",
    }
    there = store.context("smoke")
    assert numbers(there) == numbers(smoke_here.context())
    assert report_of(store, "smoke").startswith("<!")


def test_every_stage_is_a_pod_and_every_cell_a_pod_of_its_own(small: Done, store: ClusterStore) -> None:
    stages = [task.stage for task in tasks(store.context(small.uri).planned)]
    pods = [task.template for task in small.grid.tasks()]
    assert sorted(pods) == sorted(["prepare", "plan", *stages, "report"])


def test_two_workflows_on_one_study_at_once_make_everything_once(small: Done, store: ClusterStore) -> None:
    tried = attempts(store.context(small.uri))
    assert {task: [one.state for one in each] for task, each in tried.items()} == {task: ["done"] for task in tried}
    both = (small.grid, small.beside)
    waited = [pod for grid in both for pod in grid.pods() if pod.exit_code == "75"]
    busy = [
        grid for grid in both if any(one.owner.host.startswith(grid.name) for each in tried.values() for one in each)
    ]
    assert waited or len(busy) == 2, "they never met"


def test_submitted_again_no_stage_makes_anything_and_pods_take_seconds(small: Done, store: ClusterStore) -> None:
    before = attempts(store.context(small.uri))
    again = Grid.submit(small.uri).wait()
    assert again.phase == "Succeeded", again.said()
    assert made(store.open()).items() >= small.made.items()
    assert attempts(store.context(small.uri)) == before
    assert len(again.pods()) == len(small.grid.tasks())
    spent = sum(pod.seconds for pod in again.pods())
    print(
        f"{spent:.0f} s of {len(again.pods())} pods; the first time {sum(p.seconds for p in small.grid.pods()):.0f} s"
    )
    assert max(pod.seconds for pod in again.pods()) < 30


@pytest.mark.usefixtures("small")
def test_of_a_study_with_one_more_classifier_only_its_cells_are_made(store: ClusterStore) -> None:
    text = study("small", ratios="0.0, 0.5, 1.0", classifiers="cnn, shufflenet_v2_x1_5")
    uri = store.put("tests/small-and-more.yaml", text.encode())
    before = made(store.open())
    grid = Grid.submit(uri).wait()
    assert grid.phase == "Succeeded", grid.said()
    new = {digest: manifest for digest, manifest in made(store.open()).items() if digest not in before}
    assert sorted(manifest.kind for manifest in new.values()) == ["cell", "cell", "cell", "plan", "report"]
    cells = [manifest for manifest in new.values() if manifest.kind == "cell"]
    context = store.context(uri)
    added = [
        task.digest for task in tasks(context.planned) if task.cell and task.cell.classifier == "shufflenet_v2_x1_5"
    ]
    assert sorted(manifest.digest for manifest in cells) == sorted(added)
    assert all(len(of_task) == 1 for of_task in attempts(context).values())


def test_what_cannot_be_trained_costs_what_reads_it_alone_and_the_report_names_it(store: ClusterStore) -> None:
    """A cell, and the evaluator that assessments are made with; the other cell follows a generator."""
    unfit = "timm:crossvit_tiny_240"  # takes no images of 48 x 48
    text = study("unfit", classifiers=f'cnn, "{unfit}"', ratios="0.5", features=unfit)
    grid = Grid.submit(store.put("tests/unfit.yaml", text.encode())).wait()
    assert grid.phase == "Failed", grid.said()

    ended = {
        (pod.template, pod.inputs.get("classifier") or pod.inputs.get("evaluator", "")): (pod.phase, pod.exit_code)
        for pod in grid.pods()
    }
    failed, succeeded = ("Failed", "2"), ("Succeeded", "0")
    assert ended == {
        ("prepare", ""): succeeded,
        ("plan", ""): succeeded,
        ("train-evaluator", "judge"): succeeded,
        ("train-evaluator", "features"): failed,
        ("train-gan", ""): succeeded,
        ("generate", ""): succeeded,
        ("assess", ""): failed,
        ("train", "cnn"): succeeded,
        ("train", unfit): failed,
        ("report", ""): succeeded,
    }
    assert len(grid.pods()) == len(ended), "2 is not retried"
    page = report_of(store, "unfit")
    assert "crossvit_tiny_240" in page
    assert "cannot take images of 48 x 48" in page


def report_of(store: ClusterStore, name: str) -> str:
    """The page of a study's newest report."""
    opened = store.open()
    reports = [info.key for info in opened.objects.list(f"refs/reports/{name}/")]
    refs = [opened.read_ref(key.removeprefix("refs/").removesuffix(".json")) for key in reports]
    newest = max((ref for ref in refs if ref is not None), key=lambda ref: str(ref["when"]))
    return read_artifact_file(opened, "report", newest["report"], "index.html").decode()
