"""How a report names the source of its data."""

import pytest

from jobs.report import source_in_words


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("drawn", "drawn"),
        ("s3://bucket/data/fer2013.zip", "s3://bucket/data/fer2013.zip"),
        ("/home/somebody/fer2013.zip", "fer2013.zip (a local file or folder)"),
    ],
)
def test_a_local_path_is_named_by_its_last_part_alone(source: str, words: str) -> None:
    assert source_in_words(source) == words
