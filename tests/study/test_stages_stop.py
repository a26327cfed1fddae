"""Stopping a stage in the middle: what is kept, what is said, and that the numbers do not change."""

import json
import random
import signal
import subprocess
import time
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from fer.store import open_store
from tests.commands import Fer, run_alone, start, wait_until
from tests.study.conftest import QUICK

CELL = ("--classifier", "cnn", "--ratio", "1", "--seed", "0")


def longer_study(fer: Fer, planned_store: Path, folder: Path, epochs: int) -> tuple[str, ...]:
    """Plan the quick study with more epochs, and return the flags that name it."""
    study = folder / "longer.yaml"
    study.write_text(QUICK.replace("epochs: 2, patience: 2", f"epochs: {epochs}, patience: {epochs}"))
    flags = ("--study", str(study), "--store", str(planned_store))
    assert fer("plan", *flags).status == 0
    return flags


def images_at_start(process: subprocess.Popen[str]) -> int:
    """Wait until a stage says that training starts; returns how many images had been shown before."""
    assert process.stderr is not None
    for line in process.stderr:
        said = json.loads(line)
        if said["event"] == "start" and said["what"] == "train cnn":
            return int(said["done"])
    pytest.fail(f"training never started; the stage ended with {process.wait()}")


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
    fer: Fer, planned_store: Path, tmp_path: Path, number: signal.Signals
) -> None:
    where = longer_study(fer, planned_store, tmp_path, epochs=4)
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
def test_a_stage_killed_at_five_random_moments_ends_with_the_same_numbers(
    fer: Fer, planned_store: Path, tmp_path: Path
) -> None:
    where = longer_study(fer, planned_store, tmp_path, epochs=8)
    digest, store = digest_of(fer, where), open_store(str(planned_store))
    assert run_alone("train", *where, *CELL).status == 0
    undisturbed = result(planned_store, digest)
    rows = (store.fetch("cell", digest) / "history.csv").read_text().splitlines()[1:]
    epoch_seconds = median(float(row.split(",")[1]) for row in rows)
    store.set_aside("cell", digest)

    moments, taken_up = random.Random(4), []
    for kill in range(5):
        process = start("train", *where, *CELL)
        taken_up.append(images_at_start(process))
        assert store.attempts(digest)[-1].state == "running"
        if kill == 0:  # so that there is something to take up
            wait_until(lambda: list((planned_store / "checkpoints").glob("*/*.json")), process)
        time.sleep(moments.uniform(0, 1.5) * epoch_seconds)
        assert process.poll() is None, "training ended before it was killed"
        process.kill()
        process.communicate()
    last = start("train", *where, *CELL)
    taken_up.append(images_at_start(last))
    last.communicate(timeout=300)
    assert last.returncode == 0
    assert [attempt.state for attempt in store.attempts(digest)] == ["done", *["killed"] * 5, "done"]
    assert taken_up[0] == 0 < taken_up[1]
    assert taken_up == sorted(taken_up)
    assert result(planned_store, digest) == undisturbed


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
