"""Fixtures that every part of the suite shares."""

import os
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.seaweed import BUCKET, SeaweedServer


@pytest.fixture(scope="session", autouse=True)
def _scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Temporary files go below pytest's folder, those of started and killed processes too."""
    scratch = tmp_path_factory.mktemp("scratch")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(scratch))
        patch.setattr(tempfile, "tempdir", str(scratch))
        yield


@pytest.fixture(scope="session")
def fer2013_zip() -> Path:
    """The real archive; tests that use it are skipped, with the reason, where it is missing."""
    beside = Path(__file__).parents[2] / "shared" / "data" / "fer2013.zip"
    path = Path(os.environ.get("FER2013_ZIP", beside))
    if not path.is_file():
        pytest.skip("the FER2013 archive is missing: set FER2013_ZIP or put it at ../shared/data/fer2013.zip")
    return path


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeaweedServer]:
    """A running S3 server; a test that stops it starts it again."""
    server = SeaweedServer(tmp_path_factory.mktemp("seaweed"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def s3_uri(s3_server: SeaweedServer, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty prefix on the S3 server, with the environment that reaches it."""
    for name, value in s3_server.environment().items():
        monkeypatch.setenv(name, value)
    return f"s3://{BUCKET}/{uuid.uuid4().hex}"
