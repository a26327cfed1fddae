"""A small evaluator's training, also as a process that can be killed: ``python -m ...cases ROOT``."""

import sys
from functools import cache
from pathlib import Path
from typing import Any

from fer.data.dataset import Dataset, make_dataset
from fer.errors import StageError
from fer.evaluators.training import train_evaluator
from fer.runtime.signals import StopFlag
from fer.runtime.work import Work
from fer.study import NumericsSpec, TrainBudget, TrainingSpec
from tests.unit.classifiers.cases import open_work
from tests.unit.evaluators.readers import CLASSES, faces, some_labels

EPOCHS = 5
COUNTS = {"train": (50, 40, 50), "validation": (40, 30, 20), "test": (2, 2, 2)}


@cache
def grey_dataset(noise: float = 35.0) -> Dataset:
    """Three classes of grey levels, which are soon learned, without faults where there is no noise."""
    splits = {
        name: faces(some_labels(*counts, seed=place), seed=place, noise=noise)
        for place, (name, counts) in enumerate(COUNTS.items())
    }
    return make_dataset(CLASSES, splits, where="grey levels")


def train(work: Work, **changes: Any) -> str:
    """Train ``cnn`` for a few short epochs on one thread; ``changes`` replace arguments of ``train_evaluator``."""
    arguments: dict[str, Any] = {
        "classifier": "cnn",
        "spec": TrainingSpec(batch_size=16, learning_rate=3e-3, schedule="constant"),
        "budget": TrainBudget(epochs=EPOCHS, patience=EPOCHS),
        "numerics": NumericsSpec(precision="fp32", threads=1),
        "work": work,
    }
    return train_evaluator(changes.pop("dataset", None) or grey_dataset(), **(arguments | changes))


def main(root: str) -> int:
    """Train until the end or a signal; the exit status is the stage's."""
    stop = StopFlag()
    stop.install()
    try:
        train(open_work(Path(root), stop))
    except StageError as error:
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
