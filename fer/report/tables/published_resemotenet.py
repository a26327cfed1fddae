"""Figure 10 of the published study in numbers: where ResEmoteNet's curves end."""

import statistics
from typing import Any

from fer.report.evidence import mean_of
from fer.report.published.numbers import RESEMOTENET, RESEMOTENET_ACCURACY, RESEMOTENET_MODEL
from fer.report.published.places import Place, Places
from fer.report.results import CellResult, StudyResults
from fer.report.tables.table import Column, Table
from fer.report.verdicts import mean_entries

NAMES = {1.0: "all real", 0.0: "samples alone"}


def resemotenet_table(results: StudyResults) -> Table:
    """Accuracy of training, validation and test at the epoch whose weights were kept, means over seeds."""
    places = Places(results)
    columns = [
        Column("training_set", "Training set", head=True),
        Column("theirs", "theirs", "count", group="Accuracy"),
        Column("train", "ours, training", "score", group="Accuracy"),
        Column("validation", "ours, validation", "score", group="Accuracy"),
        Column("test", "ours, test", "score", group="Accuracy"),
        Column("test_interval", "95 % interval", "count", group="Accuracy"),
        Column("seeds", "Seeds", "whole"),
    ]
    rows = [_row(results, places, ratio, printed.words) for ratio, printed in RESEMOTENET_ACCURACY.items()]
    note = (
        "Ours at the epoch whose weights were kept, on real validation and test images; training accuracy is that of "
        "the epoch’s own changed images. Theirs is where their curves end. Only test "
        "accuracy has an interval: what is resampled here is the labels that are read in test images."
    )
    return Table(
        "published-resemotenet", f"The classifier {RESEMOTENET} (their Figure 10)", columns, rows, note, block=0
    )


def place_of(ratio: float) -> Place:
    """Where a training set of the figure stands in a study."""
    return Place(RESEMOTENET, None if ratio == 1 else RESEMOTENET_MODEL, ratio)


def _row(results: StudyResults, places: Places, ratio: float, theirs: str) -> dict[str, Any]:
    group = places.finished(place_of(ratio))
    finished = group.finished if group else ()
    return {
        "training_set": NAMES[ratio],
        "theirs": theirs,
        "train": _mean([_training_accuracy(result) for result in finished]),
        "validation": _mean([result.summary["metrics"]["validation"]["accuracy"] for result in finished]),
        "test": _mean([result.summary["metrics"]["test"]["accuracy"] for result in finished]),
        **mean_entries("test", None if group is None else mean_of(results, group, "accuracy")),
        "seeds": len(finished),
    }


def _training_accuracy(result: CellResult) -> float | None:
    """Of the kept epoch; None where its history does not have it."""
    values = dict(zip(result.history.get("epoch", ()), result.history.get("train_accuracy", ()), strict=True))
    return values.get(float(result.summary["best_epoch"]))


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.fmean(known) if known else None
