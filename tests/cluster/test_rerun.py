"""The scheduled rerun: it fires, one at a time, and takes a changed source up."""

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.cluster.grids import Grid
from tests.cluster.kube import NAMESPACE, get, patched, run, wait_until
from tests.cluster.stores import ClusterStore, attempts
from tests.cluster.studies import NEW

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


def archive(seed: int) -> bytes:
    """A zip of class folders with pictures of noise."""
    random = np.random.default_rng(seed)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for split, count in (("train", 12), ("validation", 6), ("test", 6)):
            for number in range(count):
                picture = io.BytesIO()
                Image.fromarray(random.integers(256, size=(48, 48), dtype=np.uint8)).save(picture, "PNG")
                file.writestr(f"{split}/{('cat', 'dog')[number % 2]}/{number}.png", picture.getvalue())
    return buffer.getvalue()


@pytest.fixture(scope="module")
def source(store: ClusterStore) -> str:
    """URI of the archive, as it is at first."""
    return store.put(SOURCE, archive(NEW))


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
    store.put(SOURCE, archive(NEW + 1))
    following = first_since(now())
    assert following.wait().phase == "Succeeded", following.said()
    second = store.context(study)
    assert second.planned.dataset != first.planned.dataset
    for context in (first, second):
        assert {name: [one.state for one in tried] for name, tried in attempts(context).items()} == {
            "train classifier=cnn ratio=1 seed=0": ["done"]
        }
