"""Progress: bars on a terminal, JSON lines elsewhere, and Argo's progress file in a pod."""

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from tqdm import tqdm

SECONDS_BETWEEN_LINES = 10.0


class Progress(Protocol):
    """One piece of work whose size is known."""

    def update(self, count: float = 1) -> None:
        """Say that ``count`` more units are done."""

    def note(self, **values: Any) -> None:
        """Show figures (losses, scores) beside the progress."""


class _Bar:
    def __init__(self, bar: "tqdm[Any]") -> None:
        self._bar = bar

    def update(self, count: float = 1) -> None:
        self._bar.update(count)

    def note(self, **values: Any) -> None:
        self._bar.set_postfix({name: _short(value) for name, value in values.items()}, refresh=False)


class _Lines:
    """A JSON line at the start, at most one every few seconds, and one at the end."""

    def __init__(self, total: float, what: str, unit: str, done: float) -> None:
        self._total, self._what, self._unit, self._done = total, what, unit, done
        self._at_start = done
        self._started = self._said = time.monotonic()
        self._notes: dict[str, Any] = {}
        self._lock = threading.Lock()

    def update(self, count: float = 1) -> None:
        with self._lock:
            self._done += count
            if time.monotonic() - self._said >= SECONDS_BETWEEN_LINES:
                self.say("progress")

    def note(self, **values: Any) -> None:
        self._notes.update(values)

    def say(self, event: str) -> None:
        self._said = time.monotonic()
        seconds = self._said - self._started
        rate = (self._done - self._at_start) / seconds if seconds > 0 else 0.0
        line = {"event": event, "what": self._what, "done": self._done, "total": self._total, "unit": self._unit}
        line |= {"seconds": round(seconds, 1), "per_second": round(rate, 3)}
        if rate > 0:
            line["remaining_seconds"] = round((self._total - self._done) / rate, 1)
        print(json.dumps(line | self._notes), file=sys.stderr, flush=True)
        argo = os.environ.get("ARGO_PROGRESS_FILE")
        if argo:
            Path(argo).write_text(f"{int(self._done)}/{max(1, int(self._total))}", encoding="utf-8")


@contextmanager
def progress(total: float, what: str, unit: str = "it", done: float = 0) -> Iterator[Progress]:
    """Show the progress of ``what`` from ``done`` (work taken up again) to ``total``, in ``unit``."""
    if sys.stderr.isatty():
        with tqdm(
            total=total, desc=what, unit=unit, initial=done, dynamic_ncols=True, leave=False, position=bar_position()
        ) as bar:
            yield _Bar(bar)
        return
    lines = _Lines(total, what, unit, done)
    lines.say("start")
    yield lines
    lines.say("end")


def bar_position() -> int | None:
    """The terminal line of this process's bars: workers of one study are given one each."""
    position = os.environ.get("FER_BAR_POSITION")
    return None if position is None else int(position)


def _short(value: Any) -> Any:
    return f"{value:.4g}" if isinstance(value, float) else value
