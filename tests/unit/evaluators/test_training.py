"""What an evaluator's artifact holds, what it was trained on, and that it goes on after a kill to the same bits."""

import dataclasses
import json
import logging
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from fer.data.dataset import Split
from fer.data.mix import build_mix
from fer.errors import RequestError, Stopped
from fer.evaluators.control import ControlFailed, check
from fer.evaluators.judge import Judge
from fer.evaluators.network import DESCRIPTION, WEIGHTS, Reading, load_evaluator
from fer.generators.base import Labels
from fer.runtime.signals import StopFlag
from fer.study import NumericsSpec, TrainBudget
from tests.tables import numbers_of
from tests.unit.classifiers.cases import open_work
from tests.unit.evaluators.cases import EPOCHS, grey_dataset, train
from tests.unit.evaluators.readers import BrightnessReader

EPOCH = len(grey_dataset().train)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of one evaluator."""
    work = open_work(tmp_path_factory.mktemp("trained"))
    assert train(work) == "cpu"
    return work.folder


def described(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / DESCRIPTION).read_text())
    return content


def history_of(folder: Path) -> list[dict[str, str]]:
    return numbers_of((folder / "history.csv").read_text())


def same_weights(first: Path, second: Path) -> bool:
    ours, theirs = (load_file(folder / WEIGHTS) for folder in (first, second))
    return ours.keys() == theirs.keys() and all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_it_says_what_was_trained_and_how_well_it_reads(trained: Path) -> None:
    about = described(trained)
    assert (about["classifier"], about["classes"]) == ("cnn", list(grey_dataset().classes))
    assert 1 <= about["best_epoch"] <= about["epochs"] == EPOCHS
    best = history_of(trained)[about["best_epoch"] - 1]
    assert about["validation"]["accuracy"] == float(best["validation_accuracy"])
    assert np.sum(about["validation"]["confusion"]) == about["validation"]["images"] == len(grey_dataset().validation)


def test_what_is_written_reads_validation_images_as_it_was_measured(trained: Path) -> None:
    validation = grey_dataset().validation
    read = load_evaluator(trained, "cpu").read(validation.images).labels
    assert (read == validation.labels).mean() == described(trained)["validation"]["accuracy"]


def test_the_weights_are_those_of_the_best_epoch_and_not_of_the_last(tmp_path: Path) -> None:
    """Without noise all is read right after a few epochs, and an epoch that is as good is no better one."""
    longer, shorter = tmp_path / "longer", tmp_path / "shorter"
    train(open_work(longer), dataset=grey_dataset(0.0), budget=TrainBudget(epochs=20, patience=2))
    about = described(longer / "files")
    assert (about["stopped_by"], about["epochs"] - about["best_epoch"]) == ("patience", 2)
    train(open_work(shorter), dataset=grey_dataset(0.0), budget=TrainBudget(epochs=about["best_epoch"]))
    assert same_weights(longer / "files", shorter / "files")


def test_every_training_image_is_trained_on_and_no_test_image_looked_at(trained: Path, tmp_path: Path) -> None:
    dataset = grey_dataset()
    held_out = build_mix(dataset.train, dataset.classes, ratio=1.0, seed=0).held_out
    images = dataset.train.images.copy()
    images[held_out] = 255 - images[held_out]
    changed, blank = tmp_path / "changed", tmp_path / "blank"
    train(open_work(changed), dataset=dataclasses.replace(dataset, train=Split(images, dataset.train.labels)))
    test = Split(np.zeros_like(dataset.test.images), dataset.test.labels)
    train(open_work(blank), dataset=dataclasses.replace(dataset, test=test))
    assert not same_weights(trained, changed / "files")
    assert same_weights(trained, blank / "files")
    assert not any("test" in name or "held_out" in name for name in history_of(trained)[0])


def test_its_control_scores_what_it_must(trained: Path) -> None:
    control, accuracy = described(trained)["control"], described(trained)["validation"]["accuracy"]
    assert control["true_labels"]["agreement"] == control["true_labels"]["expected"] == accuracy
    shuffled = control["shuffled_labels"]
    confusion = np.array(described(trained)["validation"]["confusion"]) / control["images"]
    assert shuffled["expected"] == pytest.approx(confusion.sum(axis=1) @ confusion.sum(axis=0))
    assert abs(shuffled["agreement"] - shuffled["expected"]) < shuffled["standard_error"]


@pytest.mark.parametrize(
    ("shown", "fault"),
    [
        (lambda asked: asked, ""),
        (lambda asked: (asked + 1) % 3, "labels are mixed up: asked for anger, read as fear"),
        (np.random.default_rng(0).permutation, "labels say nothing about the samples"),
    ],
    ids=["sound", "permuted", "shuffled"],
)
def test_a_trained_judge_tells_sound_labels_from_others(
    trained: Path, shown: Callable[[Labels], Labels], fault: str
) -> None:
    validation = grey_dataset().validation
    judge = Judge(load_evaluator(trained, "cpu"), validation, grey_dataset().classes)
    # Real images stand for samples: one of the class that is shown for each that was asked for.
    random = np.random.default_rng(1)
    places = [random.choice(np.flatnonzero(validation.labels == label)) for label in shown(judge.asked)]
    found = judge.label_fault(judge.verdict(validation.images[places]))
    assert found is None if not fault else str(found).startswith(fault)


class Turned(BrightnessReader):
    """Wired wrongly: its classes are in another order than those that it was trained with."""

    def read(self, images: np.ndarray[Any, np.dtype[np.uint8]]) -> Reading:
        reading = super().read(images)
        return Reading(np.roll(reading.logits, 1, axis=1), reading.features)


def test_a_wiring_fault_fails_the_control() -> None:
    dataset = grey_dataset()
    validation = dataset.validation
    accuracy = float((BrightnessReader().read(validation.images).labels == validation.labels).mean())
    assert check(BrightnessReader(), dataset, accuracy)["true_labels"]["agreement"] == accuracy
    with pytest.raises(ControlFailed, match=r"on true labels it agrees in 0\.\d+ .* where \d\.\d+ is expected within"):
        check(Turned(), dataset, accuracy)


def test_an_evaluator_that_reads_no_better_than_chance_is_told(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        check(BrightnessReader(says={0: 1, 2: 1}), grey_dataset(), 30 / 90)
    assert "tells real images apart no better than chance" in caplog.text


def test_an_evaluator_trained_in_bf16_passes_in_single_precision(tmp_path: Path) -> None:
    work = open_work(tmp_path)
    train(work, numerics=NumericsSpec(precision="bf16", threads=1))
    true = described(work.folder)["control"]["true_labels"]
    assert abs(true["agreement"] - true["expected"]) <= 3 * true["standard_error"]


class StopAtLook(StopFlag):
    """Requested when it is looked at for the given time."""

    def __init__(self, look: int) -> None:
        super().__init__()
        self._left = look

    def check(self) -> None:
        self._left -= 1
        self.requested = self._left <= 0
        super().check()


@pytest.mark.slow
def test_a_training_stopped_again_and_again_ends_with_the_same_bits(trained: Path, tmp_path: Path) -> None:
    for look in (2, 4, 7):
        with pytest.raises(Stopped):
            train(open_work(tmp_path, StopAtLook(look)))
        assert not (tmp_path / "files" / DESCRIPTION).exists()
    train(open_work(tmp_path))
    assert same_weights(tmp_path / "files", trained)
    assert history_of(tmp_path / "files") == history_of(trained)


@pytest.mark.slow
def test_a_killed_training_goes_on_to_the_same_bits(trained: Path, tmp_path: Path) -> None:
    checkpoints = open_work(tmp_path).checkpoints
    command = [sys.executable, "-m", "tests.unit.evaluators.cases", str(tmp_path)]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[3], stderr=subprocess.DEVNULL)
    try:
        while (saved := checkpoints.load()) is None or saved[0] < EPOCH:
            assert process.poll() is None, "training ended before it could be killed"
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        assert process.wait(timeout=60) == -signal.SIGKILL
    finally:
        process.kill()
        process.wait()
    train(open_work(tmp_path))
    assert same_weights(tmp_path / "files", trained)
    assert history_of(tmp_path / "files") == history_of(trained)


def test_a_folder_without_an_evaluator_is_refused(trained: Path, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="holds no trained evaluator"):
        load_evaluator(tmp_path, "cpu")
    (tmp_path / DESCRIPTION).write_text((trained / DESCRIPTION).read_text())
    (tmp_path / WEIGHTS).write_bytes(b"no tensors")
    with pytest.raises(RequestError, match="holds no trained evaluator"):
        load_evaluator(tmp_path, "cpu")
