"""A whole study whose workers are killed, that is stopped half-way, or that is run twice at once."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fer.store import Store, open_store
from tests.commands import PROGRAM, Ended, run_alone, start, wait_until

pytestmark = pytest.mark.slow

STUDY = """
name: long
data:
  source: drawn
  drawn: {train: 140, validation: 70, test: 70}
grids:
  - {name: main, classifiers: [cnn], ratios: [1.0], controls: [0.5]}
budgets:
  train: {epochs: 6, patience: 6}
training: {batch_size: 32}
numerics: {precision: fp32, threads: 1}
"""
"""Two cells, trained one after the other by a single worker."""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """The YAML file."""
    path = tmp_path / "long.yaml"
    path.write_text(STUDY)
    return path


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    return open_store(str(tmp_path / "store"))


def command(study: Path, store: Store) -> tuple[str | Path, ...]:
    return ("run", study, "--store", store.uri, "--workers", "1")


def first_checkpoint(store: Store) -> str:
    """The digest of the first cell that has a checkpoint, or nothing."""
    found = [info.key.split("/") for info in store.objects.list("checkpoints/")]
    return next((parts[1] for parts in found if len(parts) == 3), "")


def has_checkpoint(store: Store) -> Callable[[], bool]:
    return lambda: bool(first_checkpoint(store))


def epochs_taken_up(ended: Ended) -> list[float]:
    """With how many images already shown the trainings of this run began."""
    lines = [json.loads(line) for line in ended.errors.splitlines()]
    return [line["done"] for line in lines if line["event"] == "start" and line["what"] == "train cnn"]


def states(store: Store, digest: str) -> list[str]:
    return [attempt.state for attempt in store.attempts(digest)]


def end(process: subprocess.Popen[str]) -> Ended:
    output, errors = process.communicate(timeout=120)
    return Ended(process.returncode, output, errors)


def test_a_killed_worker_costs_its_cell_alone_and_the_next_run_goes_on_from_its_checkpoint(
    study: Path, store: Store
) -> None:
    process = start(*command(study, store))
    wait_until(has_checkpoint(store), process)
    digest = first_checkpoint(store)
    [attempt] = store.attempts(digest)
    assert attempt.owner.pid != process.pid
    os.kill(attempt.owner.pid, signal.SIGKILL)
    ended = end(process)
    assert ended.status == 1
    assert "ended by SIGKILL (out of memory?)" in ended.output
    assert states(store, digest) == ["killed"]
    assert len(list(store.artifacts("cell/"))) == 1, "the other cell is trained by the worker's successor"
    assert len(list(store.artifacts("report/"))) == 1

    again = run_alone(*command(study, store))
    assert again.status == 0
    assert states(store, digest) == ["killed", "done"]
    [already] = epochs_taken_up(again)
    assert already > 0


def test_ctrl_c_and_sigterm_save_checkpoints_and_the_same_command_goes_on(study: Path, store: Store) -> None:
    process = start(*command(study, store))
    wait_until(has_checkpoint(store), process)
    digest = first_checkpoint(store)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the parent and to its workers
    ended = end(process)
    assert ended.status == 130
    assert ended.messages[-1].startswith("stopped by SIGINT; the same command goes on from here")
    assert states(store, digest) == ["stopped"]

    process = start(*command(study, store))
    wait_until(lambda: len(store.attempts(digest)) == 2, process)
    worker = store.attempts(digest)[1].owner.pid
    process.send_signal(signal.SIGTERM)  # as a supervisor does: to the parent alone
    ended = end(process)
    assert ended.status == 143
    assert states(store, digest) == ["stopped", "stopped"]
    assert not Path("/proc", str(worker)).exists()

    again = run_alone(*command(study, store))
    assert again.status == 0
    assert states(store, digest) == ["stopped", "stopped", "done"]
    assert epochs_taken_up(again)[0] > 0


def test_two_runs_at_once_on_one_store_train_every_cell_once(study: Path, store: Store) -> None:
    both = [start(*command(study, store)) for _ in range(2)]
    ended = [end(process) for process in both]
    assert [run.status for run in ended] == [0, 0], [run.errors for run in ended]
    digests = [digest for _, digest in store.artifacts("cell/")]
    assert [states(store, digest) for digest in digests] == [["done"], ["done"]]
    assert ended[0].output == ended[1].output, "both end with the same table and the same report"


def test_a_terminal_shows_the_study_and_its_workers_as_bars(study: Path, store: Store) -> None:
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 140))
    arguments = [str(argument) for argument in command(study, store)]
    process = subprocess.Popen([*PROGRAM, *arguments], stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    shown = _all_of(ours)
    assert process.wait(timeout=60) == 0
    assert re.search(r"long: 1 of 2 cells, 0 failed, ends \d\d:\d\d", shown)
    assert re.search(r"train cnn: +\d+%\|", shown)
    assert '"event"' not in shown


def _all_of(terminal: int) -> str:
    """Everything that is written to a terminal until its last writer has gone."""
    data = b""
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        if select.select([terminal], [], [], 1)[0]:
            try:
                data += os.read(terminal, 65536)
            except OSError:  # Linux says so once nobody has the other side open
                break
    os.close(terminal)
    return data.decode(errors="replace")
