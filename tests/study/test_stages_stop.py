"""Stopping a stage in the middle: what is kept, what is said, and that the numbers do not change."""

import json
import random
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from fer.store import open_store
from tests.commands import Fer, run_alone, start, wait_until
from tests.study.conftest import QUICK

CELL = ("--classifier", "cnn", "--ratio", "1", "--seed", "0")
EPOCHS = 4


@pytest.fixture
def where(fer: Fer, planned_store: Path, tmp_path: Path) -> tuple[str, ...]:
    """Flags of the quick study with more epochs, planned."""
    study = tmp_path / "longer.yaml"
    study.write_text(QUICK.replace("epochs: 2, patience: 2", f"epochs: {EPOCHS}, patience: {EPOCHS}"))
    flags = ("--study", str(study), "--store", str(planned_store))
    assert fer("plan", *flags).status == 0
    return flags


def digest_of(fer: Fer, where: tuple[str, ...]) -> str:
    return str(fer("train", *where, *CELL, "--dry-run").json()["digest"])


def result(store: Path, digest: str) -> tuple[Any, bytes]:
    """What must not depend on interruptions: the metrics, and the logits to the bit."""
    folder = open_store(str(store)).fetch("cell", digest)
    cell = json.loads((folder / "cell.json").read_text())
    return cell["metrics"], (folder / "logits.npz").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_stage_keeps_a_checkpoint_and_the_same_command_goes_on(
    fer: Fer, planned_store: Path, where: tuple[str, ...], number: signal.Signals
) -> None:
    digest, store = digest_of(fer, where), open_store(str(planned_store))
    process = start("train", *where, *CELL)
    wait_until(lambda: list((planned_store / "checkpoints").glob("*/*.json")), process)
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert f"stopped by {number.name}; the same command goes on from here" in errors
    assert store.checkpoints(digest).load() is not None
    assert [attempt.state for attempt in store.attempts(digest)] == ["stopped"]
    assert not store.exists("cell", digest)

    assert run_alone("train", *where, *CELL).status == 0
    assert [attempt.state for attempt in store.attempts(digest)] == ["stopped", "done"]
    assert store.checkpoints(digest).load() is None


@pytest.mark.slow
def test_a_stage_killed_at_random_moments_ends_with_the_same_numbers(
    fer: Fer, planned_store: Path, where: tuple[str, ...]
) -> None:
    digest, store = digest_of(fer, where), open_store(str(planned_store))
    begun = time.monotonic()
    assert run_alone("train", *where, *CELL).status == 0
    whole = time.monotonic() - begun
    undisturbed = result(planned_store, digest)
    store.set_aside("cell", digest)

    moments = random.Random(4)
    for _ in range(5):
        process = start("train", *where, *CELL)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=moments.uniform(0.3, 0.8) * whole)
        process.kill()
        process.communicate()
    assert run_alone("train", *where, *CELL).status == 0
    assert result(planned_store, digest) == undisturbed
    assert "killed" in {attempt.state for attempt in store.attempts(digest)}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("command", [("prepare", "--source", "drawn"), ("run", "own")])
def test_what_has_nothing_to_save_stops_at_once(
    tmp_path: Path, number: signal.Signals, command: tuple[str, ...]
) -> None:
    store, study = tmp_path / "store", tmp_path / "own.yaml"
    study.write_text(QUICK.replace("{train: 140, validation: 70, test: 70}", "{train: 50000}"))
    arguments = [str(study) if argument == "own" else argument for argument in command]
    process = start(*arguments, "--store", store)  # thousands of faces take seconds
    assert process.stderr is not None
    assert "drawing" in process.stderr.readline()
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert f"stopped by {number.name}" in errors
    assert not list(open_store(str(store)).artifacts())
    assert len(list(store.glob("outcomes/*/*.json"))) == 1
