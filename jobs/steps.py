"""A workflow as people follow it: one step for each pod that the fan-out asks for, whatever retries it took."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, get_args

from fer.revisions import Stage

STAGES = frozenset(get_args(Stage))
ENDED = frozenset({"Succeeded", "Failed", "Error", "Skipped", "Omitted"})
GONE_WRONG = frozenset({"Failed", "Error"})
COORDINATES = {
    "evaluator": "{}",
    "generator": "{}",
    "seed": "seed {}",
    "ratio": "ratio {}",
    "class": "{}",
    "volume": "volume {}",
    "classifier": "{}",
    "cells": "{}",
}
"""Parameters of a stage's pod that say where it is, and how each is shown."""


@dataclass(frozen=True)
class Attempt:
    """One pod."""

    pod: str
    phase: str
    exit_code: int | None
    """None while it runs, and where it was deleted."""


@dataclass(frozen=True)
class Step:
    """One stage at one place, with all its attempts."""

    id: str
    stage: str
    place: str
    """Its coordinates in words; empty for what is done once."""
    phase: str
    message: str
    started: datetime | None
    finished: datetime | None
    attempts: tuple[Attempt, ...]
    progress: float | None = None
    """How much of what its pod does now is done, from 0 to 1; None where the pod has not said, as Argo passes it on
    once a minute."""

    @property
    def retries(self) -> int:
        """How many times it was tried again."""
        return max(len(self.attempts) - 1, 0)

    def seconds(self, now: datetime) -> float:
        """How long it has taken, waiting between attempts included."""
        return 0.0 if self.started is None else ((self.finished or now) - self.started).total_seconds()

    def __str__(self) -> str:
        return f"{self.stage} {self.place}".rstrip()


@dataclass(frozen=True)
class Workflow:
    """A workflow and its steps, in the order in which they began."""

    name: str
    phase: str
    """Empty before the controller has seen it."""
    message: str
    started: datetime | None
    finished: datetime | None
    study: str | None
    """The planned study; None before it is planned."""
    source: str | None
    """What it is planned for."""
    steps: tuple[Step, ...]

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.phase in ENDED

    @property
    def counts(self) -> Counter[str]:
        """How many steps are in each phase."""
        return Counter(step.phase for step in self.steps)

    def seconds(self, now: datetime) -> float:
        """How long it has taken."""
        return 0.0 if self.started is None else ((self.finished or now) - self.started).total_seconds()


def read_workflow(document: dict[str, Any]) -> Workflow:
    """What a workflow's document says, its nodes in the clear."""
    status = document.get("status") or {}
    name = document["metadata"]["name"]
    nodes: dict[str, dict[str, Any]] = status.get("nodes") or {}
    children = {child for node in nodes.values() if node["type"] == "Retry" for child in node.get("children") or ()}
    found = [
        _step(name, node, nodes)
        for node in nodes.values()
        if node.get("templateName") in STAGES and node["type"] in ("Pod", "Retry") and node["id"] not in children
    ]
    found.sort(key=lambda step: (step.started or datetime.max.replace(tzinfo=UTC), step.id))
    planned = _parameters(status.get("outputs") or {})
    return Workflow(
        name,
        status.get("phase") or "",
        status.get("message") or "",
        _time(status.get("startedAt")),
        _time(status.get("finishedAt")),
        planned.get("study"),
        planned.get("source"),
        tuple(found),
    )


def exit_status(step: Step) -> int:
    """What the last attempt at a step ended with: 1 where Argo knows no status, as for a pod that was deleted."""
    if step.phase not in GONE_WRONG:
        return 0
    code = step.attempts[-1].exit_code if step.attempts else None
    return code or 1


def _step(workflow: str, node: dict[str, Any], nodes: dict[str, dict[str, Any]]) -> Step:
    pods = [node] if node["type"] == "Pod" else [nodes[child] for child in node.get("children") or () if child in nodes]
    pods = [pod for pod in pods if pod["type"] == "Pod"]
    given = _parameters(node.get("inputs") or {})
    attempts = tuple(Attempt(_pod_name(workflow, pod), pod.get("phase") or "", _exit_code(pod)) for pod in pods)
    last = pods[-1] if pods else node
    phase = node.get("phase") or "Pending"
    return Step(
        node["id"],
        node["templateName"],
        " ".join(shown.format(given[key]) for key, shown in COORDINATES.items() if given.get(key)),
        _phase(phase, last),
        # In the end it says only that there are no more retries.
        (last if phase in GONE_WRONG else node).get("message") or "",
        _time(node.get("startedAt")),
        _time(node.get("finishedAt")),
        attempts,
        _progress(last) if phase == "Running" else None,
    )


def _progress(node: dict[str, Any]) -> float | None:
    """What a stage writes for Argo to read. Of a pod that says nothing Argo's own count is 0 of 1."""
    done, _, total = str(node.get("progress") or "").partition("/")
    return int(done) / int(total) if total.isdecimal() and int(total) > 1 else None


def _phase(phase: str, last: dict[str, Any]) -> str:
    """A node of retries runs from start to end, although its pod may wait for a place, or the next one for its time."""
    if phase != "Running":
        return phase
    return "Running" if last.get("phase") == "Running" else "Pending"


def _pod_name(workflow: str, node: dict[str, Any]) -> str:
    """As Argo names pods: the workflow, the template, and the hash that is the end of the node's id."""
    return f"{workflow}-{node['templateName']}-{node['id'].removeprefix(f'{workflow}-')}"


def _exit_code(node: dict[str, Any]) -> int | None:
    code = (node.get("outputs") or {}).get("exitCode")
    return None if code is None else int(code)


def _parameters(holder: dict[str, Any]) -> dict[str, str]:
    found = holder.get("parameters") or ()
    return {parameter["name"]: str(parameter["value"]) for parameter in found if parameter.get("value") is not None}


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
