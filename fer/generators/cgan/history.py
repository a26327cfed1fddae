"""What a cGAN's training tells of itself, row by row, and when it counts as diverged."""

import csv
import math
from dataclasses import asdict, dataclass, fields
from pathlib import Path

LOSS_LIMIT = 20.0
"""A mean loss beyond this counts as bad; ln 2 is what guessing costs, a sound training stays below 5."""
ACCURACY_LIMIT = 0.995
"""A discriminator that is right more often than this has nothing left to teach."""
PATIENCE_KIMG = 20.0
"""So many thousand images in a row must be bad before training stops."""


@dataclass(frozen=True)
class Row:
    """Means over the steps since the row before."""

    kimg: float
    """Thousands of real images shown so far."""
    seconds: float
    """Spent so far in training, over all attempts."""
    discriminator_loss: float
    generator_loss: float
    real_accuracy: float
    """Share of real images that the discriminator takes for real."""
    fake_accuracy: float
    """Share of generated images that it takes for generated."""
    discriminator_gradient: float
    """Norm over all weights."""
    generator_gradient: float

    @property
    def is_finite(self) -> bool:
        """Whether every figure is a finite number."""
        return all(math.isfinite(value) for value in asdict(self).values())

    @property
    def is_bad(self) -> bool:
        """Whether a loss or the discriminator's accuracy lies beyond its limit."""
        losses = max(abs(self.discriminator_loss), abs(self.generator_loss))
        return losses > LOSS_LIMIT or min(self.real_accuracy, self.fake_accuracy) > ACCURACY_LIMIT

    @property
    def is_good(self) -> bool:
        """Whether weights that give such figures are worth keeping."""
        return self.is_finite and not self.is_bad


def divergence(rows: list[Row]) -> str | None:
    """Why training must stop after these rows; None where it may go on.

    A figure that is no finite number stops it at once; losses above LOSS_LIMIT or a discriminator that is right on more
    than ACCURACY_LIMIT of both real and generated images stop it after PATIENCE_KIMG without a row within the limits.
    """
    if not rows:
        return None
    last = rows[-1]
    if not last.is_finite:
        return f"a loss or gradient was no finite number at {last.kimg:g} kimg"
    good = max((row.kimg for row in rows if not row.is_bad), default=0.0)
    if last.kimg - good < PATIENCE_KIMG:
        return None
    return (
        f"from {good:g} to {last.kimg:g} kimg a loss was above {LOSS_LIMIT:g} or the discriminator right on more than "
        f"{ACCURACY_LIMIT:.1%} of all images"
    )


def write_history(path: Path, rows: list[Row]) -> None:
    """Write the rows as CSV."""
    unfinished = path.with_name(f"{path.name}.part")
    with unfinished.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Row)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)
    unfinished.replace(path)
