"""How long a study still takes, going by like tasks in the store and in this run."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from fer.estimate import known_seconds, likeness
from fer.plan import Task
from fer.store import Store


class Pace:
    """Seconds of like tasks: those of this run, else those that the store knows."""

    def __init__(self, store: Store, tasks: Sequence[Task]) -> None:
        self._known = known_seconds(store, {task.recipe.kind for task in tasks})
        self._likeness = {task.digest: likeness(task.recipe.model_dump(mode="json")) for task in tasks}
        self._here: dict[str, list[float]] = defaultdict(list)

    def record(self, task: Task, seconds: float) -> None:
        """A task took this long, here and now."""
        self._here[self._likeness[task.digest]].append(seconds)

    def seconds(self, task: Task) -> float | None:
        """How long the task will take; None where no like task is known."""
        like = self._likeness[task.digest]
        here = self._here.get(like)
        return median(here) if here else self._known.get(like)

    def remaining(self, tasks: Iterable[Task], running: Mapping[str, float], workers: int) -> float | None:
        """Expected seconds until ``tasks`` are done by so many workers; None where one's like is unknown.

        ``running`` holds, by digest, for how long tasks have been at work.
        """
        total = 0.0
        for task in tasks:
            seconds = self.seconds(task)
            if seconds is None:
                return None
            total += max(0.0, seconds - running.get(task.digest, 0.0))
        return total / workers
