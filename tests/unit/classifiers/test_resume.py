"""A training that is killed and taken up again ends with the bits of an undisturbed one."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from fer.errors import Stopped
from fer.runtime.signals import StopFlag
from fer.runtime.state import unpack_state
from fer.study import NumericsSpec
from tests.unit.classifiers.cases import EPOCHS, Precision, open_work, train


def logits_of(root: Path) -> dict[str, bytes]:
    with np.load(root / "files" / "logits.npz", allow_pickle=False) as arrays:
        return {name: arrays[name].tobytes() for name in arrays}


def history_of(root: Path) -> list[str]:
    """The history without the wall time of each epoch."""
    rows = (root / "files" / "history.csv").read_text().splitlines()
    return [",".join(value for index, value in enumerate(row.split(",")) if index != 1) for row in rows]


def interrupt(root: Path, precision: Precision, after_epoch: int, number: signal.Signals) -> int:
    """Train in a process of its own until an epoch is saved, send it a signal, and return its exit status."""
    command = [sys.executable, "-m", "tests.unit.classifiers.cases", str(root), precision]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[3], stderr=subprocess.DEVNULL)
    checkpoints = open_work(root).checkpoints
    try:
        while (saved := checkpoints.load()) is None or saved[0] < after_epoch:
            assert process.poll() is None, "training ended before it could be interrupted"
            time.sleep(0.02)
        process.send_signal(number)
        return process.wait(timeout=60)
    finally:
        process.kill()
        process.wait()


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_killed_training_goes_on_to_the_same_bits(tmp_path: Path, precision: Precision) -> None:
    undisturbed, killed = tmp_path / "undisturbed", tmp_path / "killed"
    train(open_work(undisturbed), precision=precision)
    for epoch in (1, 2):
        assert interrupt(killed, precision, epoch, signal.SIGKILL) == -signal.SIGKILL
    before = open_work(killed).checkpoints.load()
    assert before is not None
    assert 2 <= before[0] < EPOCHS
    train(open_work(killed), precision=precision)
    assert logits_of(killed) == logits_of(undisturbed)
    assert history_of(killed) == history_of(undisturbed)


@pytest.mark.slow
def test_sigterm_ends_with_143_and_keeps_the_finished_epochs(tmp_path: Path) -> None:
    assert interrupt(tmp_path, "fp32", 1, signal.SIGTERM) == 143
    saved = open_work(tmp_path).checkpoints.load()
    assert saved is not None
    assert 1 <= saved[0] < EPOCHS


def test_a_stop_is_obeyed_within_an_epoch(tmp_path: Path) -> None:
    stop = StopFlag()
    stop.requested = True
    with pytest.raises(Stopped):
        train(open_work(tmp_path, stop))
    assert open_work(tmp_path).checkpoints.load() is None


def test_the_numerics_of_a_checkpoint_win_over_the_studys(tmp_path: Path) -> None:
    work = open_work(tmp_path)
    train(work, precision="fp32")
    saved = work.checkpoints.load()
    assert saved is not None
    assert unpack_state(saved[1])["numerics"]["precision"] == "fp32"
    before = logits_of(tmp_path)
    train(open_work(tmp_path), numerics=NumericsSpec(precision="bf16", threads=1))
    assert logits_of(tmp_path) == before
    assert '"precision": "fp32"' in (tmp_path / "files" / "cell.json").read_text()
