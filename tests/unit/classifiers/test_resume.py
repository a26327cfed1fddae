"""A training that is killed and taken up again ends with the bits of an undisturbed one."""

import json
import math
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from fer.errors import Stopped
from fer.runtime.signals import StopFlag
from fer.runtime.state import TENSORS, unpack_state
from fer.study import TrainBudget
from tests.unit.classifiers.cases import EPOCHS, Precision, open_work, small_mix, train

EPOCH = small_mix().epoch_size
BATCHES = 5
BATCH = EPOCH // BATCHES
SETS = 3
"""What is measured after an epoch, each in one batch here."""
SHORT = TrainBudget(epochs=3, patience=3)
"""The newest checkpoint that a training leaves is that of the second epoch: none is saved after the last."""


@pytest.fixture(scope="module", autouse=True)
def _saved_after_each_epoch() -> Iterator[None]:
    """However long saving takes: these epochs are over in a moment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fer.runtime.saving.SHARE", math.inf)
        yield


class StopAtLook(StopFlag):
    """Requested when it is looked at for the given time, as if a signal had come just before."""

    def __init__(self, look: int) -> None:
        super().__init__()
        self._looks_left = look

    def check(self) -> None:
        self._looks_left -= 1
        self.requested = self._looks_left <= 0
        super().check()


def stop_at_look(root: Path, look: int, precision: Precision) -> int:
    """Train until the stop is looked at for the given time, and return the images shown by the checkpoint."""
    work = open_work(root, StopAtLook(look))
    with pytest.raises(Stopped):
        train(work, precision=precision, budget=SHORT)
    saved = work.checkpoints.load()
    assert saved is not None
    return saved[0]


def tensors_of(root: Path) -> bytes:
    """Every tensor of the newest checkpoint: weights, moments, random states, logits of the best epoch."""
    saved = open_work(root).checkpoints.load()
    assert saved is not None
    return saved[1][TENSORS]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Precision], Path]:
    """Where a short training with the given precision ended undisturbed."""

    @cache
    def trained(precision: Precision) -> Path:
        root = tmp_path_factory.mktemp(precision)
        train(open_work(root), precision=precision, budget=SHORT)
        return root

    return trained


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
        while (saved := checkpoints.load()) is None or saved[0] < after_epoch * EPOCH:
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
    assert 2 * EPOCH <= before[0] < EPOCHS * EPOCH
    train(open_work(killed), precision=precision)
    assert logits_of(killed) == logits_of(undisturbed)
    assert history_of(killed) == history_of(undisturbed)


@pytest.mark.slow
def test_sigterm_ends_with_143_and_keeps_what_was_done(tmp_path: Path) -> None:
    assert interrupt(tmp_path, "fp32", 1, signal.SIGTERM) == 143
    saved = open_work(tmp_path).checkpoints.load()
    assert saved is not None
    assert EPOCH <= saved[0] < EPOCHS * EPOCH


def test_a_stop_is_obeyed_within_an_epoch_and_loses_no_batch(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert stop_at_look(tmp_path, 1, "fp32") == BATCH
    capsys.readouterr()
    assert stop_at_look(tmp_path, 1, "fp32") == 2 * BATCH
    begun = json.loads(capsys.readouterr().err.splitlines()[0])
    assert (begun["event"], begun["done"], begun["total"]) == ("start", BATCH, SHORT.epochs * EPOCH)


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_training_stopped_again_and_again_ends_with_the_same_bits(
    tmp_path: Path, undisturbed: Callable[[Precision], Path], precision: Precision
) -> None:
    # Looks, and the images that are then shown: thrice within the first epoch's batches, while it is measured, after
    # it is saved, within the second one, and before its first measurement.
    stops = [
        (1, BATCH),
        (2, 3 * BATCH),
        (2, EPOCH),
        (2, EPOCH),
        (SETS + 1, EPOCH),
        (2, EPOCH + 2 * BATCH),
        (4, 2 * EPOCH),
    ]
    for look, shown in stops:
        assert stop_at_look(tmp_path, look, precision) == shown
    work = open_work(tmp_path)
    saved = work.checkpoints.load()
    assert saved is not None
    before = unpack_state(saved[1])
    assert (len(before["history"]), before["tally"]["batches"]) == (1, BATCHES)
    train(work, precision=precision, budget=SHORT)
    assert logits_of(tmp_path) == logits_of(undisturbed(precision))
    assert history_of(tmp_path) == history_of(undisturbed(precision))
    assert tensors_of(tmp_path) == tensors_of(undisturbed(precision))
    seconds = float((tmp_path / "files" / "history.csv").read_text().splitlines()[2].split(",")[1])
    assert seconds > before["seconds"] > 0, "the parts of an epoch count together"


@pytest.mark.slow
def test_the_numerics_of_a_checkpoint_win_over_the_studys(
    tmp_path: Path, undisturbed: Callable[[Precision], Path]
) -> None:
    assert stop_at_look(tmp_path, BATCHES + SETS + 1, "fp32") == EPOCH
    train(open_work(tmp_path), precision="bf16", budget=SHORT)
    assert logits_of(tmp_path) == logits_of(undisturbed("fp32"))
    assert history_of(tmp_path) == history_of(undisturbed("fp32"))
    assert '"precision": "fp32"' in (tmp_path / "files" / "cell.json").read_text()
