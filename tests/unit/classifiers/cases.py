"""A small training for the tests, also as a process that can be killed: ``python -m ...cases ROOT PRECISION``."""

import sys
from functools import cache
from pathlib import Path
from typing import Any, Literal

from fer.classifiers.training import train_classifier
from fer.data.dataset import Dataset
from fer.data.drawn import draw_dataset
from fer.data.mix import Mix, build_mix
from fer.errors import StageError
from fer.runtime.signals import StopFlag
from fer.runtime.work import Work
from fer.store import open_store
from fer.study import DrawnSpec, NumericsSpec, TrainBudget, TrainingSpec

DIGEST = "0" * 64
EPOCHS = 4

Precision = Literal["fp32", "bf16"]


@cache
def small_dataset() -> Dataset:
    """Drawn faces: 140 for training, 70 each for validation and test."""
    return draw_dataset(DrawnSpec(train=140, validation=70, test=70, seed=1))


@cache
def small_mix() -> Mix:
    """All of them real."""
    return build_mix(small_dataset().train, small_dataset().classes, ratio=1.0, seed=0)


def open_work(root: Path, stop: StopFlag | None = None) -> Work:
    """Work in a store below ``root``, with an empty folder for the files."""
    store = open_store(str(root / "store"))
    folder = root / "files"
    folder.mkdir(parents=True, exist_ok=True)
    return Work(folder, store.checkpoints(DIGEST), stop or StopFlag(), store)


def train(work: Work, *, precision: Precision = "fp32", dataset: Dataset | None = None, **changes: Any) -> str:
    """Train ``cnn`` for four short epochs on one thread; ``changes`` replace arguments of ``train_classifier``."""
    arguments: dict[str, Any] = {
        "classifier": "cnn",
        "spec": TrainingSpec(batch_size=32),
        "budget": TrainBudget(epochs=EPOCHS, patience=EPOCHS),
        "validate_on": "real",
        "seed": 3,
        "numerics": NumericsSpec(precision=precision, threads=1),
        "work": work,
    }
    mix = changes.pop("mix", None) or small_mix()
    return train_classifier(mix, dataset or small_dataset(), **(arguments | changes))


def main(root: str, precision: str) -> int:
    """Train until the end or a signal; the exit status is the stage's."""
    stop = StopFlag()
    stop.install()
    try:
        train(open_work(Path(root), stop), precision="bf16" if precision == "bf16" else "fp32")
    except StageError as error:
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
