"""The whole-study line: cells done, to do and failed, and the expected end."""

import json
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tqdm import tqdm

from fer.plan import Task
from jobs.pace import Pace
from jobs.schedule import Ending, Schedule

BAR = "{desc} {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} tasks [{elapsed}{postfix}]"


class StudyLine:
    """A bar above those of the workers on a terminal, JSON lines on standard error elsewhere."""

    def __init__(self, name: str, schedule: Schedule, pace: Pace, workers: int) -> None:
        self._name, self._schedule, self._pace, self._workers = name, schedule, pace, workers
        self._started = time.monotonic()
        self._bar: tqdm[Any] | None = None

    def __enter__(self) -> "StudyLine":
        if sys.stderr.isatty():
            done = len(self._schedule.in_state("done"))
            total = len(self._schedule.tasks)
            self._bar = tqdm(total=total, initial=done, position=0, bar_format=BAR, dynamic_ncols=True, leave=False)
        self.changed()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def ended(self, task: Task, ending: Ending) -> None:
        """Say that a task ended other than well."""
        if self._bar is not None:
            self._bar.write(f"{ending.state}: {task}: {ending.reason}", file=sys.stderr)
        else:
            _say({"event": "task", "task": str(task), "state": ending.state, "reason": ending.reason})

    def note(self, message: str) -> None:
        """Say something in passing."""
        if self._bar is not None:
            self._bar.write(message, file=sys.stderr)
        else:
            _say({"event": "note", "message": message})

    def changed(self) -> None:
        """Something began or ended."""
        if self._bar is None:
            _say(self._figures({}))

    def tick(self, running: dict[str, float]) -> None:
        """Let the bar's clock go on; ``running`` holds by digest how long tasks have been at work."""
        if self._bar is None:
            return
        figures = self._figures(running)
        cells = figures["cells"]
        whole = f"{cells['done']} of {sum(cells.values())} cells" if sum(cells.values()) else "tasks"
        end = "?" if figures["expected_end"] is None else _local_time(figures["remaining_seconds"])
        self._bar.set_description_str(f"{self._name}: {whole}, {cells['failed']} failed, ends {end}", refresh=False)
        self._bar.n = len(self._schedule.tasks) - len(self._schedule.in_state("to do", "running"))
        self._bar.refresh()

    def _figures(self, running: dict[str, float]) -> dict[str, Any]:
        to_do = self._schedule.in_state("to do", "running")
        remaining = self._pace.remaining(to_do, running, self._workers)
        end = None if remaining is None else datetime.now(UTC) + timedelta(seconds=remaining)
        return {
            "event": "study",
            "study": self._name,
            "cells": self._counts([task for task in self._schedule.tasks if task.cell is not None]),
            "tasks": self._counts(self._schedule.tasks),
            "seconds": round(time.monotonic() - self._started, 1),
            "remaining_seconds": None if remaining is None else round(remaining, 1),
            "expected_end": None if end is None else end.isoformat(timespec="seconds"),
        }

    def _counts(self, tasks: Sequence[Task]) -> dict[str, int]:
        states = [self._schedule.state(task) for task in tasks]
        done, to_do = states.count("done"), states.count("to do") + states.count("running")
        return {"done": done, "to_do": to_do, "failed": len(states) - done - to_do}


def _local_time(seconds: float) -> str:
    end = datetime.now().astimezone() + timedelta(seconds=seconds)
    return f"{end:%H:%M}" if seconds < 12 * 3600 else f"{end:%a %H:%M}"


def _say(line: dict[str, Any]) -> None:
    print(json.dumps(line), file=sys.stderr, flush=True)
