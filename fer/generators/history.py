"""What a generator's training tells of itself, row by row, and when it counts as diverged."""

import csv
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

PATIENCE_KIMG = 20.0
"""So many thousand images in a row must be bad before training stops."""

Limits = Callable[[Mapping[str, float]], str | None]
"""Says of a row's figures what is beyond its limit; None where all are within."""


@dataclass(frozen=True)
class Row:
    """Means over the steps since the row before."""

    kimg: float
    """Thousands of real images shown so far."""
    seconds: float
    """Spent so far in training, over all attempts, less what a kill undid; without sheets, judge and checkpoints."""
    images_per_second: float
    """Real images shown, since the row before."""
    figures: Mapping[str, float]
    """What the model's training step returns, by name."""

    def is_finite(self) -> bool:
        """Whether every figure is a finite number."""
        return all(math.isfinite(value) for value in self.figures.values())

    def is_good(self, limits: Limits) -> bool:
        """Whether weights that give such figures are worth keeping."""
        return self.is_finite() and limits(self.figures) is None


@dataclass(frozen=True)
class Snapshot:
    """What the judge said of the averaged generator."""

    kimg: float
    """Thousands of real images shown until then."""
    seconds: float
    """Spent in training until then, as in a row."""
    agreement: float
    """Share of samples read as the label that was asked for."""
    chance: float
    """What samples without regard to the label would give."""
    frechet: float
    """Fréchet distance to as many real validation images, in the judge's features."""
    label_fault: str | None
    """What is wrong with the samples' labels; None where they are sound. Early ones agree by chance."""


def divergence(rows: Sequence[Row], limits: Limits, *, ended: bool) -> str | None:
    """What is wrong after these rows, so that training must stop; None where nothing is.

    A figure that is no finite number stops it at once, one beyond its limit after PATIENCE_KIMG and several rows
    without one within. ``ended``: no row follows, so that a last one beyond its limit is enough.
    """
    if not rows:
        return None
    last = rows[-1]
    if not last.is_finite():
        return f"a loss or gradient was no finite number at {last.kimg:g} kimg"
    problem = limits(last.figures)
    good = max((row.kimg for row in rows if limits(row.figures) is None), default=0.0)
    bad = sum(row.kimg > good for row in rows)
    borne_long = last.kimg - good >= PATIENCE_KIMG and bad > 1
    if problem is None or not (borne_long or ended):
        return None
    return f"from {good:g} to {last.kimg:g} kimg {problem}"


def write_history(path: Path, rows: Sequence[Row]) -> None:
    """Write the rows as CSV, a column per figure."""
    flat = [{**asdict(row), **row.figures} for row in rows]
    for row in flat:
        del row["figures"]
    _write_table(path, flat)


def write_snapshots(path: Path, snapshots: Sequence[Snapshot]) -> None:
    """Write the snapshots as CSV."""
    _write_table(path, [asdict(snapshot) for snapshot in snapshots])


def _write_table(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    unfinished = path.with_name(f"{path.name}.part")
    with unfinished.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    unfinished.replace(path)
