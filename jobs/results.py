"""The results of a study as a table: what every finished cell scored, and why the others are missing."""

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from fer.errors import RequestError
from fer.plan import Task
from fer.report.summary import SCORES
from fer.store import Store
from jobs.context import read_artifact_file
from jobs.text import aligned

HEAD = (
    "generator",
    "classifier",
    "ratio",
    "volume",
    "seed",
    "macro-F1",
    "leak-free",
    "accuracy",
    "leak-free",
    "seconds",
)
SHOWN = ("macro_f1", "macro_f1_leak_free", "accuracy", "accuracy_leak_free")
NUMERIC = frozenset(range(2, len(HEAD)))
_READERS = 8


@dataclass(frozen=True)
class Score:
    """A finished cell."""

    task: Task
    scores: Mapping[str, float | None]
    """By the names of ``fer.report.summary.SCORES``."""
    seconds: float
    """Wall seconds of its training."""


@dataclass(frozen=True)
class Damaged:
    """A cell that exists, and whose figures cannot be read."""

    task: Task
    reason: str
    """One line that names the file."""

    def __str__(self) -> str:
        return f"damaged: {self.task}: {self.reason}"


def scores(store: Store, tasks: Sequence[Task], existing: set[str]) -> tuple[list[Score], list[Damaged]]:
    """The finished cells among ``tasks``, and those of them that are damaged, each in the order of ``tasks``."""
    finished = [task for task in tasks if task.cell is not None and task.digest in existing]
    with ThreadPoolExecutor(_READERS) as pool:  # on S3 the time goes into waiting
        found = list(pool.map(lambda task: _score(store, task), finished))
    return [one for one in found if isinstance(one, Score)], [one for one in found if isinstance(one, Damaged)]


def scores_text(found: Sequence[Score], rows: int | None = None) -> list[str]:
    """The lines of the table, cut after ``rows``."""
    if not found:
        return ["no cell is finished"]
    shown = found if rows is None else found[:rows]
    lines = aligned([HEAD, *(_row(score) for score in shown)], NUMERIC)
    more = len(found) - len(shown)
    return [*lines, f"... and {more:,} more cells"] if more else lines


def scores_json(found: Sequence[Score]) -> list[dict[str, Any]]:
    """The same as JSON values."""
    return [
        {**score.task.coordinates, "digest": score.task.digest, **score.scores, "seconds": score.seconds}
        for score in found
    ]


def _score(store: Store, task: Task) -> Score | Damaged | None:
    try:
        manifest = store.manifest(task.recipe.kind, task.digest)
        if manifest is None:  # set aside since the listing
            return None
        metrics = json.loads(read_artifact_file(store, task.recipe.kind, task.digest, "cell.json"))["metrics"]
        found = {name: metrics[part][figure] for name, (part, figure) in SCORES.items()}
    except RequestError as error:
        return Damaged(task, str(error))
    except (ValueError, KeyError, TypeError) as error:
        where = f"{task.recipe.kind}/{task.digest} in {store.uri}"
        return Damaged(task, f"{where} is as it was published, and cannot be read: {error!r}")
    return Score(task, found, manifest.wall_seconds)


def _row(score: Score) -> tuple[str, ...]:
    cell = score.task.cell
    assert cell is not None  # noqa: S101 - scores() takes cells only
    generator, classifier, ratio, volume, seed = cell.coordinates
    figures = [_figure(score.scores[name]) for name in SHOWN]
    return (generator, classifier, f"{ratio:g}", str(volume), str(seed), *figures, f"{score.seconds:.1f}")


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
