"""Tables that stages write, as tests compare them."""

import csv
from pathlib import Path

BESIDE = {"seconds", "images_per_second", "numerics"}
"""Columns, and keys of descriptions, beside the numbers: times, and how many cores the machine has."""


def rows_of(path: Path) -> list[dict[str, str]]:
    """All that a table says."""
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def numbers_of(text: str) -> list[dict[str, str]]:
    """What a table says but for times: the same whenever the same is computed."""
    rows = csv.DictReader(text.splitlines())
    return [{name: value for name, value in row.items() if name not in BESIDE} for row in rows]
