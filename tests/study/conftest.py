"""A study so small that each of its stages takes a second or two, and stores that hold it planned."""

import shutil
from pathlib import Path

import pytest

from fer.runtime.signals import StopFlag
from fer.store import open_store
from fer.studies import load_study
from jobs.context import Request
from jobs.plan import plan
from jobs.prepare import prepare
from tests.commands import Fer

QUICK = """
name: quick
data:
  source: drawn
  drawn: {train: 140, validation: 70, test: 70}
generators:
  cgan-48: {options: {batch_size: 16}}
grids:
  - {name: main, generators: [cgan-48], classifiers: [cnn], ratios: [0.0, 0.5, 1.0], controls: [0.5]}
budgets:
  train-gan: {kimg: 0.032}
  train: {epochs: 2, patience: 2}
training: {batch_size: 32}
evaluators:
  judge: {epochs: 1, training: {batch_size: 32}}
  features: &small {classifier: "timm:test_resnet", epochs: 1, training: {batch_size: 32}}
  reader: *small
numerics: {precision: fp32, threads: 1}
"""


@pytest.fixture
def fer(capsys: pytest.CaptureFixture[str]) -> Fer:
    """Runs a command in this process."""
    return Fer(capsys)


@pytest.fixture(scope="session")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The YAML file of the quick study."""
    path = tmp_path_factory.mktemp("study") / "quick.yaml"
    path.write_text(QUICK)
    return path


@pytest.fixture(scope="session")
def _planned_once(quick: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planned") / "store"
    prepare(open_store(str(folder)), "drawn", load_study(str(quick)).data.drawn, StopFlag())
    plan(Request(str(quick), str(folder)), StopFlag())
    return folder


@pytest.fixture
def planned_store(_planned_once: Path, tmp_path: Path) -> Path:
    """A store of its own in which the quick study is planned and nothing is trained."""
    return Path(shutil.copytree(_planned_once, tmp_path / "store"))
