"""How far the tasks of a study are, from one listing of the store and the last attempt at each unfinished task."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from fer.plan import Task
from fer.store import Store
from fer.store.reading import at_once


@dataclass(frozen=True)
class State:
    """Where a task stands."""

    name: Literal["exists", "to make", "running", "failed", "stopped", "killed"]
    reason: str = ""
    """One line; empty where the name says it all."""

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}" if self.reason else self.name


EXISTS = State("exists")
TO_MAKE = State("to make")


def states(store: Store, tasks: Iterable[Task]) -> dict[str, State]:
    """The state of every task, by digest."""
    tasks = list(tasks)
    kinds = {task.recipe.kind for task in tasks}
    existing = {digest for kind in kinds for _, digest in store.artifacts(f"{kind}/")}
    attempted = {info.key.split("/")[1] for info in store.objects.list("claims/")}
    unfinished = [task.digest for task in tasks if task.digest in attempted - existing]
    last = dict(zip(unfinished, at_once(lambda digest: _last_attempt(store, digest), unfinished), strict=True))
    return {task.digest: EXISTS if task.digest in existing else last.get(task.digest, TO_MAKE) for task in tasks}


def _last_attempt(store: Store, digest: str) -> State:
    attempts = store.attempts(digest)
    last = attempts[-1] if attempts else None
    if last is None or last.state == "done":  # done, but set aside since
        return TO_MAKE
    where = f"by {last.owner} since {last.started:%Y-%m-%d %H:%M:%S} UTC" if last.state == "running" else ""
    return State(last.state, last.reason or where)
