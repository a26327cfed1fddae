"""``fer`` as a user runs it: in this process where that is enough, or in one of its own that can be killed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from jobs.cli import run_command

PROGRAM = (sys.executable, "-c", "from jobs.cli import main; main()")


@dataclass(frozen=True)
class Ended:
    """What a command left: exit status, standard output, and its messages on standard error."""

    status: int
    output: str
    errors: str

    @property
    def messages(self) -> list[str]:
        """The messages of the log lines."""
        lines = [json.loads(line) for line in self.errors.splitlines()]
        return [line["message"] for line in lines if line["event"] == "log"]

    @property
    def refusal(self) -> str:
        """The one line with which a wrong request was refused."""
        assert self.status == 2, (self.status, self.errors)
        assert self.output == ""
        (message,) = self.messages
        assert "\n" not in message
        return message

    def json(self) -> Any:
        """Standard output, which holds exactly one JSON value."""
        return json.loads(self.output)


@contextmanager
def kept_signals() -> Iterator[None]:
    """Put this process's handlers of SIGINT and SIGTERM back at the end."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _kept_environment() -> Iterator[None]:
    """Put this process's variables back at the end: commands point libraries' caches below $TMPDIR."""
    before = dict(os.environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


class Fer:
    """Runs commands in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str | Path) -> Ended:
        """Run a command."""
        self._capsys.readouterr()
        with kept_signals(), _kept_environment():
            status = run_command([str(argument) for argument in arguments])
        captured = self._capsys.readouterr()
        return Ended(status, captured.out, captured.err)


def start(*arguments: str | Path, environment: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """Start a command in a process of its own, at the head of a new process group, as a shell does."""
    return subprocess.Popen(
        [*PROGRAM, *(str(argument) for argument in arguments)],
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )


def run_alone(*arguments: str | Path, environment: Mapping[str, str] | None = None) -> Ended:
    """Run a command in a process of its own, to its end."""
    process = start(*arguments, environment=environment)
    output, errors = process.communicate(timeout=300)
    return Ended(process.returncode, output, errors)


def wait_until(condition: Any, process: subprocess.Popen[str], seconds: float = 120) -> None:
    """Wait until ``condition()`` holds; fails where the process ends before, or after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, f"ended with {process.returncode} too early: {process.communicate()}"
        assert time.monotonic() < deadline, "nothing happened in time"
        time.sleep(0.01)
