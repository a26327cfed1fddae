"""``make local-stage``, as somebody calls it who has just cloned the repository and booted a cluster."""

import os
import subprocess
from collections.abc import Callable

import pytest

from fer.plan import tasks
from tests.cluster.grids import ROOT
from tests.cluster.kube import kept
from tests.cluster.stores import ClusterStore
from tests.cluster.studies import study

Make = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def local_stage(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Runs it in a fresh clone, which borrows our packages: installing them again would take minutes and 6 GB."""
    clone = tmp_path_factory.mktemp("clone") / "fer"
    subprocess.run(("git", "clone", "--quiet", str(ROOT), str(clone)), check=True)
    for path in ("pyproject.toml", "tests/requirements.lock"):
        os.utime(clone / path, (0, 0))  # not newer than what is installed
    environment = {**os.environ, "PYTHONPATH": str(clone)}

    def run(**variables: str) -> subprocess.CompletedProcess[str]:
        given = [f"{name}={value}" for name, value in {"VENV": str(ROOT / ".venv"), **variables}.items()]
        command = ("make", "local-stage", *given)
        with kept("configmap", "fer-limits"):  # which it sets to what the overlay says, while studies go on
            return subprocess.run(command, cwd=clone, env=environment, capture_output=True, text=True, timeout=900)

    return run


def test_it_makes_what_is_missing_and_the_one_task_and_shows_its_log(local_stage: Make, store: ClusterStore) -> None:
    uri = store.put("tests/staged.yaml", study("staged", ratios="0.0, 0.5, 1.0").encode())
    ended = local_stage(STAGE="train", STUDY=uri, GENERATOR="cgan-48", CLASSIFIER="cnn", RATIO="0.5", SEED="0")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "train generator=cgan-48 classifier=cnn ratio=0.5 seed=0: made in" in ended.stdout
    context = store.context(uri)
    there = [str(task) for task in tasks(context.planned) if context.store.exists(task.recipe.kind, task.digest)]
    assert there == [
        "train-evaluator evaluator=judge",
        "train-gan generator=cgan-48 seed=0",
        "generate generator=cgan-48 seed=0",
        "train generator=cgan-48 classifier=cnn ratio=0.5 seed=0",
    ]


def test_it_ends_with_the_stages_exit_status(local_stage: Make, store: ClusterStore) -> None:
    text = study("unfit-stage", classifiers='"timm:crossvit_tiny_240"', ratios="1.0", generator=False)
    ended = local_stage(STAGE="train", STUDY=store.put("tests/unfit-stage.yaml", text.encode()))
    assert "cannot take images of 48 x 48" in ended.stdout
    assert "Error 2" in ended.stderr
