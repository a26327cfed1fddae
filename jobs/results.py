"""The results of a study as a table: what every finished cell scored, and why the others are missing."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fer.plan import Task
from fer.report.damage import DAMAGE, damaged
from fer.report.results import Missing
from fer.report.summary import scores_of
from fer.store import Store
from fer.store.reading import at_once
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


@dataclass(frozen=True)
class Score:
    """A finished cell."""

    task: Task
    scores: Mapping[str, float | None]
    """By the names of ``fer.report.summary.SCORES``."""
    seconds: float
    """Wall seconds of its training."""


def scores(store: Store, tasks: Sequence[Task], existing: set[str]) -> tuple[list[Score], list[Missing]]:
    """The finished cells among ``tasks``, and those of them that are damaged, each in the order of ``tasks``."""
    finished = [task for task in tasks if task.cell is not None and task.digest in existing]
    found = at_once(lambda task: _score(store, task), finished)
    return [one for one in found if isinstance(one, Score)], [one for one in found if isinstance(one, Missing)]


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


def _score(store: Store, task: Task) -> Score | Missing | None:
    try:
        manifest = store.manifest(task.recipe.kind, task.digest)
        if manifest is None:  # set aside since the listing
            return None
        found = scores_of(json.loads(read_artifact_file(store, task.recipe.kind, task.digest, "cell.json")))
    except DAMAGE as error:
        return damaged(store, task, error)
    return Score(task, found, manifest.wall_seconds)


def _row(score: Score) -> tuple[str, ...]:
    cell = score.task.cell
    assert cell is not None  # noqa: S101 - scores() takes cells only
    generator, classifier, ratio, volume, seed = cell.coordinates
    figures = [_figure(score.scores[name]) for name in SHOWN]
    return (generator, classifier, f"{ratio:g}", str(volume), str(seed), *figures, f"{score.seconds:.1f}")


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
