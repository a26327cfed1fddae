"""What a network is asked to learn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fer.errors import RequestError
from fer.evaluators.judge import Judge
from fer.generators.artifact import seen_per_class
from fer.generators.base import Images, Labels


@dataclass(frozen=True)
class Schedule:
    """When a training does what, in thousands of real images shown."""

    kimg: float
    """The budget."""
    batch_size: int
    """Images in a step."""
    row_kimg: float
    """Between two rows of the history, at which the watch looks."""
    snapshot_kimg: float
    """Between two snapshots: a sheet of samples, and the judge's verdict."""


@dataclass(frozen=True, eq=False)
class Assignment:
    """From what a network is to learn, how long, and who judges it.

    Raises RequestError where a class has no image to learn from.
    """

    model: str
    images: Images
    """uint8 (n, side, side), of the network's side."""
    labels: Labels
    """(n,): positions in ``classes``."""
    classes: Sequence[str]
    schedule: Schedule
    options: Mapping[str, Any]
    """As the artifact's description shall tell them."""
    seed: int
    judge: Judge

    def __post_init__(self) -> None:
        absent = [name for name, count in seen_per_class(self.labels, self.classes).items() if count == 0]
        if absent:
            raise RequestError(
                f"generator {self.model}: there is no image of {', '.join(absent)} to learn from; it needs some of each"
            )


def needed(judge: Judge | None, model: str) -> Judge:
    """The judge of a network that is trained; ValueError where there is none."""
    if judge is None:
        raise ValueError(f"generator {model}: a network that is trained needs a judge")
    return judge
