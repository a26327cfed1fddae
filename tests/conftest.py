"""Fixtures that every part of the suite shares."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def fer2013_zip() -> Path:
    """The real archive; tests that use it are skipped, with the reason, where it is missing."""
    beside = Path(__file__).parents[2] / "shared" / "data" / "fer2013.zip"
    path = Path(os.environ.get("FER2013_ZIP", beside))
    if not path.is_file():
        pytest.skip("the FER2013 archive is missing: set FER2013_ZIP or put it at ../shared/data/fer2013.zip")
    return path
