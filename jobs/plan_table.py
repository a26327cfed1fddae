"""The cells of a plan as a table or as JSON, with their states and how long the missing ones may take."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten
from typing import Any

from fer.estimate import known_seconds, likeness
from fer.generators.registry import GENERATORS
from fer.plan import Task
from fer.study import Study
from jobs.context import Context
from jobs.states import State, states
from jobs.text import aligned

HEAD = ("generator", "classifier", "ratio", "volume", "seed", "validated on", "expected", "state")

NUMERIC = frozenset({2, 3, 4, 6})
MOST_OF_A_REASON = 100
NOT_HERE = "not in this version"


@dataclass(frozen=True)
class _Outlook:
    """What is known of all tasks; each mapping is by digest."""

    all_tasks: Sequence[Task]
    states: Mapping[str, State]
    lacking: Mapping[str, str]
    """The generator without which a missing task cannot be made, where this version does not have it."""
    expected: Mapping[str, float | None]
    """Seconds: 0 for what exists, None where the store knows no like task, or where it cannot be made."""

    def state(self, task: Task) -> str:
        """One word or a few."""
        return NOT_HERE if task.digest in self.lacking else self.states[task.digest].name

    def reason(self, task: Task) -> str:
        """One line; empty where the state says it all."""
        lacking = self.lacking.get(task.digest)
        return f"needs {lacking}" if lacking else self.states[task.digest].reason

    @property
    def to_make(self) -> list[Task]:
        """Missing tasks that can be made."""
        return [task for task in self.all_tasks if self.state(task) not in ("exists", NOT_HERE)]

    @property
    def total(self) -> tuple[float, int]:
        """Sum of the known expected seconds of what is to be made, and how many of these tasks have none."""
        seconds = [self.expected[task.digest] for task in self.to_make]
        return sum(value for value in seconds if value is not None), sum(value is None for value in seconds)


def plan_text(context: Context, all_tasks: Sequence[Task], rows: int | None) -> str:
    """The table of cells, cut after ``rows``, and a summary of all tasks."""
    outlook = _look_up(context, all_tasks)
    cells = [row for task in all_tasks if (row := _row(outlook, task)) is not None]
    shown = cells if rows is None else cells[:rows]
    lines = aligned([HEAD, *shown], NUMERIC)
    if len(shown) < len(cells):
        lines.append(f"... and {len(cells) - len(shown):,} more cells; --all lists them")
    return "\n".join([*lines, "", *_summary(context, outlook)])


def plan_json(context: Context, all_tasks: Sequence[Task]) -> dict[str, Any]:
    """The same as one JSON-able object, with every task's digest and coordinates."""
    outlook = _look_up(context, all_tasks)
    total, unknown = outlook.total
    return {
        "study": context.planned.study.name,
        "plan": context.plan,
        "dataset": context.planned.dataset,
        "source": context.source,
        "cells": sum(task.cell is not None for task in all_tasks),
        "exist": sum(outlook.state(task) == "exists" for task in all_tasks),
        "to_make": len(outlook.to_make),
        "not_in_this_version": len(outlook.lacking),
        "expected_seconds": total,
        "tasks_without_estimate": unknown,
        "tasks": [
            {
                "stage": task.stage,
                "digest": task.digest,
                "coordinates": task.coordinates,
                "validate_on": task.cell.validate_on if task.cell else None,
                "state": outlook.state(task),
                "reason": outlook.reason(task),
                "expected_seconds": outlook.expected[task.digest],
            }
            for task in all_tasks
        ],
    }


def duration(seconds: float) -> str:
    """``45 s``, ``12 min``, ``3.5 h``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _look_up(context: Context, all_tasks: Sequence[Task]) -> _Outlook:
    known = states(context.store, all_tasks)
    lacking = _lacking(context.planned.study, all_tasks, known)
    missing = [task for task in all_tasks if known[task.digest].name != "exists" and task.digest not in lacking]
    seconds = known_seconds(context.store, {task.recipe.kind for task in missing})
    expected: dict[str, float | None] = {task.digest: None if task.digest in lacking else 0.0 for task in all_tasks}
    expected |= {task.digest: seconds.get(likeness(task.recipe.model_dump(mode="json"))) for task in missing}
    return _Outlook(all_tasks, known, lacking, expected)


def _lacking(study: Study, all_tasks: Sequence[Task], known: Mapping[str, State]) -> dict[str, str]:
    """The generator that a task needs and this version does not have, by the digest of each task that it stops.

    Tasks come after those they need. What exists is no obstacle, nor what somebody with another version is making.
    """
    lacking: dict[str, str] = {}
    for task in all_tasks:
        if known[task.digest].name in ("exists", "running"):
            continue
        if task.stage in ("train-gan", "generate"):
            model = study.model_of(task.coordinates["generator"])
            if model in GENERATORS and GENERATORS[model] is None:
                lacking[task.digest] = model
        for need in task.needs:
            if need in lacking:
                lacking[task.digest] = lacking[need]
    return lacking


def _row(outlook: _Outlook, task: Task) -> tuple[str, ...] | None:
    """The row of a cell; None for any other task."""
    if task.cell is None:
        return None
    generator, classifier, ratio, volume, seed = task.cell.coordinates
    name, reason, expected = outlook.state(task), outlook.reason(task), outlook.expected[task.digest]
    if name == NOT_HERE:
        length, state = "", f"{reason}, {NOT_HERE}"
    else:
        length = "" if name == "exists" else "?" if expected is None else duration(expected)
        state = str(outlook.states[task.digest])
    return (
        generator,
        classifier,
        f"{ratio:g}",
        str(volume),
        str(seed),
        task.cell.validate_on,
        length,
        shorten(state, MOST_OF_A_REASON),
    )


def _summary(context: Context, outlook: _Outlook) -> list[str]:
    lines = [f"study {context.planned.study.name} on {context.source}, N = {context.planned.train_size:,}"]
    for stage in dict.fromkeys(task.stage for task in outlook.all_tasks):
        counts = Counter(outlook.state(task) for task in outlook.all_tasks if task.stage == stage)
        total = counts.total()
        lines.append(f"{stage}: {', '.join(f'{count:,} {name}' for name, count in counts.items())} of {total:,}")
    if outlook.lacking:
        models = ", ".join(dict.fromkeys(outlook.lacking.values()))
        lines.append(f"{NOT_HERE}: {models}, so that what needs them cannot be made")
    if not outlook.to_make:
        return [*lines, "nothing else is to be made" if outlook.lacking else "everything exists"]
    seconds, unknown = outlook.total
    if unknown == len(outlook.to_make):
        return [*lines, "expected time: unknown, since this store knows no like task yet"]
    more = f", and {unknown:,} tasks of unknown length" if unknown else ""
    return [*lines, f"expected time, one task after another: {duration(seconds)}{more}"]
