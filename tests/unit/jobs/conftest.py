"""Commands in this process, and a store in which the study of a test's file, its ``STUDY``, is planned."""

from pathlib import Path

import pytest

from fer.store import Store, open_store
from tests.commands import Fer


@pytest.fixture
def fer(capsys: pytest.CaptureFixture[str]) -> Fer:
    return Fer(capsys)


@pytest.fixture
def study(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(request.module.STUDY)
    return path


@pytest.fixture
def store(fer: Fer, study: Path, tmp_path: Path) -> Store:
    """A store in which the study is planned."""
    folder = tmp_path / "store"
    assert fer("prepare", "--study", study, "--store", folder).status == 0
    assert fer("plan", "--study", study, "--store", folder).status == 0
    return open_store(str(folder))
