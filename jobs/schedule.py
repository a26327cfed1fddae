"""Which task of a study comes next, and what became of the others. Knows neither processes nor the store."""

import heapq
from collections import defaultdict
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Literal

from fer.plan import Task

RETRY_SECONDS = (5.0, 20.0, 60.0)
"""Pauses before a task that could not be served (exit 75) is tried again; after the last it counts as failed."""
CLAIMED_SECONDS = 2.0
"""How often a task that another process is making is looked at again."""

State = Literal["to do", "running", "done", "failed", "killed", "stopped", "skipped"]


@dataclass(frozen=True)
class Ending:
    """How a task ended other than well."""

    state: Literal["failed", "killed", "stopped", "skipped"]
    reason: str


class Schedule:
    """The tasks of a study on their way through the states. Times are seconds of any steady clock."""

    def __init__(self, tasks: Sequence[Task], existing: Container[str]) -> None:
        """``existing`` holds the digests of the tasks that need not be done."""
        self.tasks = tasks
        self.endings: dict[str, Ending] = {}
        self._order = {task.digest: index for index, task in enumerate(tasks)}
        self._states: dict[str, State] = {task.digest: "to do" for task in tasks}
        self._unmet = {task.digest: set(task.needs) for task in tasks}
        self._needed_by: dict[str, list[Task]] = defaultdict(list)
        self._ready: list[int] = []
        self._put_off: list[tuple[float, int]] = []
        self._tries: dict[str, int] = defaultdict(int)
        self._awaited: set[str] = set()
        for task in tasks:
            for digest in task.needs:
                self._needed_by[digest].append(task)
        for task in tasks:
            if task.digest in existing:
                self.done(task)
            elif not task.needs:
                heapq.heappush(self._ready, self._order[task.digest])

    def state(self, task: Task) -> State:
        """Where the task is."""
        return self._states[task.digest]

    def in_state(self, *states: State) -> list[Task]:
        """The tasks in one of the states, in the study's order."""
        return [task for task in self.tasks if self._states[task.digest] in states]

    @property
    def is_over(self) -> bool:
        """Whether nothing runs and nothing is left to do."""
        return not any(state in ("to do", "running") for state in self._states.values())

    def next(self, now: float) -> Task | None:
        """The first task in the study's order that can be begun now; it counts as running from here on."""
        while self._put_off and self._put_off[0][0] <= now:
            heapq.heappush(self._ready, heapq.heappop(self._put_off)[1])
        while self._ready:
            task = self.tasks[heapq.heappop(self._ready)]
            if self.state(task) == "to do":
                self._states[task.digest] = "running"
                return task
        return None

    def done(self, task: Task) -> None:
        """The task's artifact exists; what waited for nothing else becomes ready."""
        self._states[task.digest] = "done"
        for other in self._needed_by[task.digest]:
            self._unmet[other.digest].discard(task.digest)
            if not self._unmet[other.digest] and self.state(other) == "to do":
                heapq.heappush(self._ready, self._order[other.digest])

    def end(self, task: Task, ending: Ending) -> None:
        """The task ended other than well; those that need it, directly or not, are skipped."""
        self._states[task.digest] = ending.state
        self.endings[task.digest] = ending
        for other in self._needed_by[task.digest]:
            if self.state(other) == "to do":
                reason = ending.reason if ending.state == "skipped" else f"needs {task}, which {_was(ending)}"
                self.end(other, Ending("skipped", reason))

    def wait_for_other(self, task: Task, now: float) -> None:
        """Another process makes the artifact: look again soon."""
        self._awaited.add(task.digest)
        self._later(task, now + CLAIMED_SECONDS)

    def is_awaited(self, task: Task) -> bool:
        """Whether another process has been seen making the artifact."""
        return task.digest in self._awaited

    def try_again(self, task: Task, reason: str, now: float) -> float | None:
        """The task could not be served: put it off and return for how long; None where it has failed often enough."""
        tries = self._tries[task.digest]
        if tries == len(RETRY_SECONDS):
            self.end(task, Ending("failed", f"{reason} (tried {tries + 1} times)"))
            return None
        self._tries[task.digest] += 1
        self._later(task, now + RETRY_SECONDS[tries])
        return RETRY_SECONDS[tries]

    def _later(self, task: Task, when: float) -> None:
        self._states[task.digest] = "to do"
        heapq.heappush(self._put_off, (when, self._order[task.digest]))


def _was(ending: Ending) -> str:
    return f"was {ending.state}" if ending.state != "failed" else "failed"
