"""``fer watch``: a workflow's steps as they go, until it is over."""

import json
import logging
import shutil
import sys
from datetime import UTC, datetime
from typing import Protocol

import click

from jobs.cluster import Cluster, open_cluster
from jobs.follow import states
from jobs.options import come_back, namespace_option
from jobs.plan_table import duration
from jobs.steps import Step, Workflow
from jobs.text import aligned

logger = logging.getLogger(__name__)

ORDER = ("Error", "Failed", "Running", "Pending", "Succeeded")
"""Phases in the order in which they want to be seen."""
HEAD = ("phase", "step", "done", "retries", "time", "message")


@click.command(short_help="Follow a study on a cluster.")
@click.argument("name")
@namespace_option
def command(name: str, namespace: str) -> int:
    """Follow the workflow NAME: its steps with phase, progress, retries, time and messages, until it is over.

    A live table on a terminal, elsewhere a JSON line for every change. Ends with 0 where the workflow succeeded and
    with 1 where it failed. Ctrl-C ends the watching, not the workflow.
    """
    return watch(open_cluster(namespace), name)


def watch(cluster: Cluster, name: str) -> int:
    """Show a workflow until it is over, and return the exit status: 0, 1, or 130 where Ctrl-C ended the watching."""
    view: View = Table() if sys.stdout.isatty() else Lines()
    workflow: Workflow | None = None
    try:
        for workflow in states(cluster, name):
            view.show(workflow)
    except KeyboardInterrupt:
        logger.warning("workflow %s goes on; come back with: %s", name, come_back("watch", name, cluster.namespace))
        return 130
    return 0 if workflow is not None and workflow.phase == "Succeeded" else 1


class View(Protocol):
    """How a workflow is shown."""

    def show(self, workflow: Workflow) -> None:
        """Show its state now."""


class Table:
    """A table that is drawn over the one before."""

    def __init__(self) -> None:
        self._drawn = 0

    def show(self, workflow: Workflow) -> None:
        """Draw it, no larger than the terminal while the workflow goes on, and in full at its end."""
        width, height = shutil.get_terminal_size()
        lines = table(workflow, datetime.now(UTC), None if workflow.is_over else height - 6)
        above = f"\x1b[{self._drawn}F\x1b[J" if self._drawn else ""
        print(above + "\n".join(line[: width - 1] for line in lines), flush=True)
        self._drawn = len(lines)


class Lines:
    """A JSON line for each step that changed, and for the workflow when its phase did."""

    def __init__(self) -> None:
        self._told: dict[str, object] = {}

    def show(self, workflow: Workflow) -> None:
        """Say what is new."""
        now = datetime.now(UTC)
        for step in workflow.steps:
            self._tell(step.id, (step.phase, step.retries, step.message), step_json(step, now))
        self._tell("", (workflow.phase, workflow.message), workflow_json(workflow, now))

    def _tell(self, key: str, state: object, line: dict[str, object]) -> None:
        if self._told.get(key) != state:
            self._told[key] = state
            print(json.dumps(line, ensure_ascii=False), flush=True)


def step_json(step: Step, now: datetime) -> dict[str, object]:
    """A step as JSON values."""
    return {
        "event": "step",
        "stage": step.stage,
        "place": step.place,
        "phase": step.phase,
        "progress": None if step.progress is None else round(step.progress, 3),
        "retries": step.retries,
        "seconds": round(step.seconds(now), 1),
        "message": step.message,
    }


def workflow_json(workflow: Workflow, now: datetime) -> dict[str, object]:
    """A workflow as JSON values."""
    return {
        "event": "workflow",
        "workflow": workflow.name,
        "phase": workflow.phase or "Pending",
        "steps": dict(workflow.counts),
        "seconds": round(workflow.seconds(now), 1),
        "message": workflow.message,
    }


def table(workflow: Workflow, now: datetime, rows: int | None) -> list[str]:
    """The lines of the table: the workflow, then its steps, those that want attention first, cut after ``rows``."""
    order = {phase: place for place, phase in enumerate(ORDER)}
    steps = sorted(workflow.steps, key=lambda step: order.get(step.phase, len(ORDER)))
    shown = steps if rows is None else steps[: max(rows, 1)]
    counts = ", ".join(f"{workflow.counts[phase]} {phase.lower()}" for phase in ORDER if workflow.counts[phase])
    head = f"{workflow.name}: {workflow.phase or 'Pending'} for {duration(workflow.seconds(now))}"
    lines = [": ".join(part for part in (head, workflow.message) if part), f"steps so far: {counts or 'none'}"]
    if shown:
        lines += aligned([HEAD, *(_row(step, now) for step in shown)], frozenset({2, 3, 4}))
    more = len(steps) - len(shown)
    return [*lines, f"... and {more} more"] if more else lines


def _row(step: Step, now: datetime) -> tuple[str, ...]:
    done = "" if step.progress is None else f"{step.progress:.0%}"
    retries = str(step.retries) if step.retries else ""
    return (step.phase, str(step), done, retries, duration(step.seconds(now)), " ".join(step.message.split()))
