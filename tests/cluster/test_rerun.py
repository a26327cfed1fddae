"""The scheduled rerun: it fires, one at a time, and takes a changed source up."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.cluster.grids import Grid
from tests.cluster.kube import NAMESPACE, get, patched, run, wait_until
from tests.cluster.stores import ClusterStore, attempts
from tests.cluster.studies import NEW, pictures

SOURCE = "tests/pictures.zip"
CRON = ("cronworkflow", "fer-rerun")
STUDY = """
name: again
grids:
  - {name: main, classifiers: [cnn], ratios: [1.0]}
budgets:
  train: {epochs: 1, patience: 1}
training: {batch_size: 32}
numerics: {precision: fp32, threads: 1}
"""


@pytest.fixture(scope="module")
def source(store: ClusterStore) -> str:
    """URI of the archive, as it is at first."""
    return store.put(SOURCE, pictures(NEW))


@pytest.fixture(scope="module")
def study(store: ClusterStore, source: str) -> Iterator[str]:
    """URI of the study, which is rerun every minute."""
    uri = store.put("tests/again.yaml", STUDY.encode())
    parameters = [{"name": "study", "value": uri}, {"name": "source", "value": source}]
    change = {"schedules": ["* * * * *"], "suspend": False, "workflowSpec": {"arguments": {"parameters": parameters}}}
    with patched(*CRON, to={"spec": change}):
        yield uri


def grids_since(moment: datetime) -> list[Grid]:
    """The rerun's workflows that began after then, oldest first."""
    found = get("workflows", "--selector=workflows.argoproj.io/cron-workflow=fer-rerun")["items"]
    began = {each["metadata"]["name"]: created(each) for each in found if created(each) > moment}
    return [Grid(name) for name in sorted(began, key=lambda name: began[name])]


def created(workflow: dict[str, Any]) -> datetime:
    """When it was made, to the second."""
    return datetime.fromisoformat(workflow["metadata"]["creationTimestamp"])


def first_since(moment: datetime) -> Grid:
    """The first one that begins after then."""
    found: list[Grid] = wait_until(lambda: grids_since(moment), "a scheduled run", seconds=100)
    return found[0]


@pytest.fixture(scope="module")
def held(study: str) -> Iterator[Grid]:  # noqa: ARG001 - it lets the rerun start
    """The first run, held after it has read the source."""
    grid = first_since(now())
    wait_until(lambda: grid.done("prepare"), "the source is prepared")
    run("argo", "suspend", f"--namespace={NAMESPACE}", grid.name)
    yield grid
    if grid.phase == "Running":
        run("argo", "resume", f"--namespace={NAMESPACE}", grid.name)


def now() -> datetime:
    """The time, with its zone."""
    return datetime.now(UTC)


def test_it_fires_at_its_minute(held: Grid) -> None:
    assert created(held.workflow()).second < 30
    assert held.workflow()["spec"]["workflowTemplateRef"]["name"] == "fer-stages"


def test_a_second_run_does_not_start_beside_the_first(held: Grid) -> None:
    began = created(held.workflow())
    next_minute = began.replace(second=0) + timedelta(seconds=75)
    wait_until(lambda: now() > next_minute, "the next minute", seconds=120)
    assert held.phase == "Running"
    assert grids_since(began) == []


def test_the_next_run_takes_a_changed_source_up(held: Grid, study: str, store: ClusterStore) -> None:
    run("argo", "resume", f"--namespace={NAMESPACE}", held.name)
    assert held.wait().phase == "Succeeded", held.said()
    first = store.context(study)
    store.put(SOURCE, pictures(NEW + 1))
    following = first_since(now())
    assert following.wait().phase == "Succeeded", following.said()
    second = store.context(study)
    assert second.planned.dataset != first.planned.dataset
    for context in (first, second):
        assert {name: [one.state for one in tried] for name, tried in attempts(context).items()} == {
            "train classifier=cnn ratio=1 seed=0": ["done"]
        }
