"""The files of a cell: ``cell.json``, ``history.csv`` and ``logits.npz``."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fer.classifiers.evaluation import EvaluationSets, Float16
from fer.data.mix import Mix
from fer.metrics.classification import full_scores

Row = dict[str, float | int | None]
"""One epoch of the history."""

SETS = {"real": "validation", "mix": "held_out", "test": "test", "leak_free": "test_leak_free"}
"""What the evaluation sets are called in files."""


def history_row(
    epoch: int,
    seconds: float,
    rate: float,
    training: Mapping[str, float],
    scores: Mapping[str, Mapping[str, float | None]],
) -> Row:
    """The history of one epoch: losses in nats, seconds of wall time, the last learning rate."""
    row: Row = {"epoch": epoch, "seconds": round(seconds, 3), "learning_rate": rate}
    row |= {f"train_{name}": value for name, value in training.items()}
    return row | {f"{SETS[key]}_{name}": value for key, values in scores.items() for name, value in values.items()}


def mix_counts(mix: Mix) -> dict[str, int]:
    """How many images the set holds, of which origin, how many are different, and how many are held out."""
    distinct = np.unique(mix.images.reshape(len(mix.images), -1).view(f"V{mix.images[0].size}")).size
    return {
        "real": int(mix.real.sum()),
        "synthetic": int((~mix.real).sum()),
        "distinct": int(distinct),
        "held_out": int(mix.held_out.sum()),
        "trained": int((~mix.held_out).sum()),
        "epoch_size": mix.epoch_size,
    }


def write_history(folder: Path, history: Sequence[Row]) -> None:
    """Write ``history.csv``, a row for each epoch."""
    with (folder / "history.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(history[0]))
        writer.writeheader()
        writer.writerows(history)


def write_results(
    folder: Path,
    facts: Mapping[str, Any],
    history: Sequence[Row],
    sets: EvaluationSets,
    logits: Mapping[str, Float16],
    classes: Sequence[str],
) -> None:
    """Write a cell's files. ``logits`` are the best epoch's, of ``real``, ``mix`` and ``test``."""
    metrics = {
        SETS[name]: full_scores(values, labels, classes) for name, (values, labels) in sets.measured(logits).items()
    }
    cell = {**facts, "classes": list(classes), "metrics": metrics}
    (folder / "cell.json").write_text(json.dumps(cell, indent=2, allow_nan=False) + "\n", encoding="utf-8")
    write_history(folder, history)
    assert sets.leak_free is not None  # noqa: S101 - a cell's sets have a test split
    np.savez(
        folder / "logits.npz",
        allow_pickle=False,
        validation=logits["real"],
        validation_labels=sets.labels["real"],
        test=logits["test"],
        test_labels=sets.labels["test"],
        test_leak_free=sets.leak_free,
    )
