"""The two backends, over which the tests of the store run alike."""

import tempfile
from pathlib import Path

import pytest

from fer.store import Objects, Store, open_objects


@pytest.fixture(autouse=True)
def _own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Downloads of one test are not found by another."""
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))


@pytest.fixture(params=["folder", "s3"])
def uri(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URI of an empty store."""
    if request.param == "folder":
        return str(tmp_path / "store")
    s3_uri: str = request.getfixturevalue("s3_uri")
    return s3_uri


@pytest.fixture
def objects(uri: str) -> Objects:
    """An empty store's bottom layer."""
    return open_objects(uri)


@pytest.fixture
def store(objects: Objects) -> Store:
    """An empty store."""
    return Store(objects)


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A folder as a stage leaves it."""
    folder = tmp_path / "made"
    (folder / "sheets").mkdir(parents=True)
    (folder / "images.npz").write_bytes(bytes(range(256)) * 40)
    (folder / "sheets" / "0.png").write_bytes(b"not really a picture")
    return folder
