"""What training a classifier writes, what it looks at, and when it stops."""

import csv
import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fer.data.dataset import Split, make_dataset
from fer.data.mix import build_mix
from fer.errors import RequestError
from fer.metrics.classification import full_scores
from fer.study import Augmentation, TrainBudget, TrainingSpec
from tests.unit.classifiers.cases import EPOCHS, open_work, small_dataset, small_mix, train


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of one small training."""
    work = open_work(tmp_path_factory.mktemp("trained"))
    assert train(work) == "cpu"
    return work.folder


def cell_of(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "cell.json").read_text())
    return content


def history_of(folder: Path) -> list[dict[str, float]]:
    with (folder / "history.csv").open(newline="") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def without_time(history: list[dict[str, float]]) -> list[dict[str, float]]:
    return [{name: value for name, value in row.items() if name != "seconds"} for row in history]


def test_a_cell_says_what_was_trained_on_what_and_why_it_ended(trained: Path) -> None:
    cell = cell_of(trained)
    assert cell["stopped_by"] == "budget"
    assert cell["epochs"] == EPOCHS
    assert 1 <= cell["best_epoch"] <= EPOCHS
    assert cell["seconds"] > 0
    assert cell["numerics"]["precision"] == "fp32"
    held_out = int(small_mix().held_out.sum())
    distinct = len({image.tobytes() for image in small_mix().images})
    counts = {"real": 140, "synthetic": 0, "distinct": distinct, "held_out": held_out, "trained": 140 - held_out}
    assert cell["counts"] == {**counts, "epoch_size": 140}


def test_the_final_figures_are_those_of_the_logits_that_are_kept(trained: Path) -> None:
    metrics = cell_of(trained)["metrics"]
    classes = small_dataset().classes
    with np.load(trained / "logits.npz", allow_pickle=False) as arrays:
        assert arrays["test"].dtype == np.float16
        kept = {name: (arrays[name], arrays[f"{name}_labels"]) for name in ("validation", "test")}
    for name, (logits, labels) in kept.items():
        assert metrics[name] == full_scores(logits, labels, classes)
    assert set(metrics) == {"validation", "held_out", "test", "test_leak_free"}


def test_the_history_has_every_epoch_and_the_best_one_is_what_is_kept(trained: Path) -> None:
    history, cell = history_of(trained), cell_of(trained)
    assert [row["epoch"] for row in history] == [1, 2, 3, 4]
    scores = [row["validation_macro_f1"] for row in history]
    assert cell["best_epoch"] == 1 + int(np.argmax(scores))
    for name in ("validation", "held_out", "test", "test_leak_free"):
        for figure in ("macro_f1", "accuracy", "loss"):
            assert history[cell["best_epoch"] - 1][f"{name}_{figure}"] == cell["metrics"][name][figure]


def test_the_same_seed_gives_the_same_bits_and_another_seed_others(trained: Path, tmp_path: Path) -> None:
    for name, seed in (("same", 3), ("other", 4)):
        train(open_work(tmp_path / name), seed=seed)
    same, other = (history_of(tmp_path / name / "files") for name in ("same", "other"))
    assert without_time(same) == without_time(history_of(trained))
    assert without_time(other) != without_time(same)


def test_the_test_split_chooses_nothing(trained: Path, tmp_path: Path) -> None:
    dataset = small_dataset()
    # With another test split, everything but the figures on it stays as it was.
    test = Split(dataset.test.images[::-1].copy(), np.roll(dataset.test.labels, 1))
    work = open_work(tmp_path)
    train(work, dataset=dataclasses.replace(dataset, test=test))

    def chosen(folder: Path) -> list[dict[str, float]]:
        rows = without_time(history_of(folder))
        return [{name: value for name, value in row.items() if not name.startswith("test")} for row in rows]

    assert chosen(work.folder) == chosen(trained)
    assert cell_of(work.folder)["best_epoch"] == cell_of(trained)["best_epoch"]


def test_held_out_images_are_never_trained_on(trained: Path, tmp_path: Path) -> None:
    mix = small_mix()
    images = mix.images.copy()
    images[mix.held_out] = 255 - images[mix.held_out]
    work = open_work(tmp_path)
    train(work, mix=dataclasses.replace(mix, images=images))
    before, after = history_of(trained), history_of(work.folder)
    assert [row["train_loss"] for row in after] == [row["train_loss"] for row in before]
    assert [row["held_out_loss"] for row in after] != [row["held_out_loss"] for row in before]


def test_training_stops_when_the_named_validation_gets_no_better(tmp_path: Path) -> None:
    # A rate this small changes no prediction, so that the first epoch stays the best.
    spec = TrainingSpec(learning_rate=1e-12, batch_size=70)
    for validate_on in ("real", "mix"):
        work = open_work(tmp_path / validate_on)
        train(work, spec=spec, budget=TrainBudget(epochs=30, patience=2), validate_on=validate_on)
        cell = cell_of(work.folder)
        scores = [
            row["validation_macro_f1" if validate_on == "real" else "held_out_macro_f1"]
            for row in history_of(work.folder)
        ]
        assert cell["stopped_by"] == "patience"
        assert cell["epochs"] == cell["best_epoch"] + 2
        assert max(scores) == scores[cell["best_epoch"] - 1]


def striped(count: int, seed: int) -> Split:
    """Seven classes, easily told apart: noise with a bright stripe at a height of the class's own."""
    random = np.random.default_rng(seed)
    labels = np.arange(count, dtype=np.int64) % 7
    images = random.integers(0, 160, (count, 48, 48), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[6 * label + 2 : 6 * label + 6] += 90
    return Split(images, labels)


def test_what_can_be_told_apart_is_learned(tmp_path: Path) -> None:
    splits = {"train": striped(420, 0), "validation": striped(70, 1), "test": striped(70, 2)}
    dataset = make_dataset("abcdefg", splits, where="stripes")
    work = open_work(tmp_path)
    spec = TrainingSpec(
        batch_size=32, class_weights=True, label_smoothing=0.1, augmentation=Augmentation(flip=0.5, erasing=0.5)
    )
    mix = build_mix(dataset.train, dataset.classes, ratio=1.0, seed=0)
    train(work, dataset=dataset, mix=mix, spec=spec, budget=TrainBudget(epochs=5, patience=5))
    assert cell_of(work.folder)["metrics"]["test"]["accuracy"] > 0.8


def test_an_epoch_shows_n_images_however_few_there_are(tmp_path: Path) -> None:
    control = build_mix(small_dataset().train, small_dataset().classes, ratio=0.3, seed=0)
    work = open_work(tmp_path)
    train(work, mix=control, budget=TrainBudget(epochs=1, patience=1))
    counts = cell_of(work.folder)["counts"]
    assert counts["epoch_size"] == 140
    assert counts["trained"] + counts["held_out"] == counts["real"] == 42


def test_a_loss_that_is_no_longer_finite_is_the_studys_fault(tmp_path: Path) -> None:
    spec = TrainingSpec(learning_rate=1e30, batch_size=32)
    with pytest.raises(
        RequestError, match=r"no longer finite in epoch \d; lower training.learning_rate \(now 1e\+30\)"
    ):
        train(open_work(tmp_path), spec=spec)


def test_a_mix_without_held_out_images_cannot_be_validated_on(tmp_path: Path) -> None:
    mix = small_mix()
    bare = dataclasses.replace(mix, held_out=np.zeros_like(mix.held_out))
    with pytest.raises(RequestError, match=re.escape("validate_on: mix needs held-out images")):
        train(open_work(tmp_path), mix=bare, validate_on="mix")


def test_without_held_out_images_the_real_validation_still_counts(tmp_path: Path) -> None:
    mix = small_mix()
    work = open_work(tmp_path)
    bare = dataclasses.replace(mix, held_out=np.zeros_like(mix.held_out))
    train(work, mix=bare, budget=TrainBudget(epochs=1, patience=1))
    assert cell_of(work.folder)["metrics"]["held_out"]["macro_f1"] is None
