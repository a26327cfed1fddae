"""When a checkpoint is due: often enough that little is lost to a kill, and seldom enough to cost little."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

SHARE = 0.05
"""Of the time, at most, goes to saving: a large network's checkpoint takes seconds, and longer to a busy store."""


class CheckpointTimer:
    """Says when a checkpoint is due, from how long the one before took to save."""

    def __init__(self, seconds_between: float = 0.0) -> None:
        """``seconds_between``: two checkpoints, at least. Without it the first one is due at once."""
        self._between = seconds_between
        self._since, self._took = time.monotonic(), 0.0

    def due(self) -> bool:
        """Whether it is time for one."""
        return time.monotonic() - self._since >= max(self._between, self._took / SHARE)

    @contextmanager
    def saving(self) -> Iterator[None]:
        """Around the saving of one."""
        started = time.monotonic()
        yield
        self._since = time.monotonic()
        self._took = self._since - started
