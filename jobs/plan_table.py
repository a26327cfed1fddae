"""The cells of a plan as a table or as JSON, with their states and how long the missing ones may take."""

from collections import Counter
from collections.abc import Mapping, Sequence
from textwrap import shorten
from typing import Any

from fer.estimate import known_seconds, likeness
from fer.plan import Task
from fer.study import Cell
from jobs.context import Context
from jobs.states import State, states
from jobs.text import aligned

HEAD = ("generator", "classifier", "ratio", "volume", "seed", "validated on", "expected", "state")

NUMERIC = frozenset({2, 3, 4, 6})
MOST_OF_A_REASON = 100


def plan_text(context: Context, all_tasks: Sequence[Task], rows: int | None) -> str:
    """The table of cells, cut after ``rows``, and a summary of all tasks."""
    known, expected = _look_up(context, all_tasks)
    cells = [(task, task.cell) for task in all_tasks if task.cell is not None]
    shown = cells if rows is None else cells[:rows]
    lines = aligned([HEAD, *(_row(cell, known[task.digest], expected[task.digest]) for task, cell in shown)], NUMERIC)
    if len(shown) < len(cells):
        lines.append(f"... and {len(cells) - len(shown):,} more cells; --all lists them")
    return "\n".join([*lines, "", *_summary(context, all_tasks, known, expected)])


def plan_json(context: Context, all_tasks: Sequence[Task]) -> dict[str, Any]:
    """The same as one JSON-able object, with every task's digest and coordinates."""
    known, expected = _look_up(context, all_tasks)
    missing = [task for task in all_tasks if known[task.digest].name != "exists"]
    total, unknown = _total(missing, expected)
    return {
        "study": context.planned.study.name,
        "plan": context.plan,
        "dataset": context.planned.dataset,
        "source": context.source,
        "cells": sum(task.cell is not None for task in all_tasks),
        "exist": len(all_tasks) - len(missing),
        "to_make": len(missing),
        "expected_seconds": total,
        "tasks_without_estimate": unknown,
        "tasks": [
            {
                "stage": task.stage,
                "digest": task.digest,
                "coordinates": task.coordinates,
                "validate_on": task.cell.validate_on if task.cell else None,
                "state": known[task.digest].name,
                "reason": known[task.digest].reason,
                "expected_seconds": expected[task.digest],
            }
            for task in all_tasks
        ],
    }


def duration(seconds: float) -> str:
    """``45 s``, ``12 min``, ``3.5 h``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _look_up(context: Context, all_tasks: Sequence[Task]) -> tuple[dict[str, State], dict[str, float | None]]:
    """States, and expected seconds (0 for what exists, None where the store knows no like task), by digest."""
    known = states(context.store, all_tasks)
    missing = [task for task in all_tasks if known[task.digest].name != "exists"]
    seconds = known_seconds(context.store, {task.recipe.kind for task in missing})
    expected: dict[str, float | None] = {task.digest: 0.0 for task in all_tasks}
    expected |= {task.digest: seconds.get(likeness(task.recipe.model_dump(mode="json"))) for task in missing}
    return known, expected


def _row(cell: Cell, state: State, expected: float | None) -> tuple[str, ...]:
    length = "" if state.name == "exists" else "?" if expected is None else duration(expected)
    generator, classifier, ratio, volume, seed = cell.coordinates
    return (
        generator,
        classifier,
        f"{ratio:g}",
        str(volume),
        str(seed),
        cell.validate_on,
        length,
        shorten(str(state), MOST_OF_A_REASON),
    )


def _summary(
    context: Context, all_tasks: Sequence[Task], known: Mapping[str, State], expected: Mapping[str, float | None]
) -> list[str]:
    lines = [f"study {context.planned.study.name} on {context.source}, N = {context.planned.train_size:,}"]
    for stage in dict.fromkeys(task.stage for task in all_tasks):
        counts = Counter(known[task.digest].name for task in all_tasks if task.stage == stage)
        total = counts.total()
        lines.append(f"{stage}: {', '.join(f'{count:,} {name}' for name, count in counts.items())} of {total:,}")
    missing = [task for task in all_tasks if known[task.digest].name != "exists"]
    if not missing:
        return [*lines, "everything exists"]
    seconds, unknown = _total(missing, expected)
    if unknown == len(missing):
        return [*lines, "expected time: unknown, since this store knows no like task yet"]
    more = f", and {unknown:,} tasks of unknown length" if unknown else ""
    return [*lines, f"expected time, one task after another: {duration(seconds)}{more}"]


def _total(missing: Sequence[Task], expected: Mapping[str, float | None]) -> tuple[float, int]:
    """Sum of the known expected seconds, and how many tasks have none."""
    seconds = [expected[task.digest] for task in missing]
    return sum(value for value in seconds if value is not None), sum(value is None for value in seconds)
