"""Figure 6 of the published study in numbers: epochs until early stopping, on samples and on real images."""

import statistics
from collections.abc import Sequence
from typing import Any

from fer.report.published.numbers import EPOCHS_REAL, EPOCHS_SYNTHETIC
from fer.report.results import CellResult, StudyResults
from fer.report.tables.table import Column, Table


def stopping_table(results: StudyResults) -> Table:
    """Epochs over all finished cells on as many samples alone and on all real images, and how many patience stopped."""
    single = [result for result in results.cells if result.cell.volume == 1]
    alone = [result for result in single if result.cell.generator is not None and result.cell.ratio == 0]
    real = [result for result in single if result.cell.generator is None and result.cell.ratio == 1]
    rows = [
        {"training_set": "samples alone", "theirs": EPOCHS_SYNTHETIC.words, **_ours(alone)},
        {"training_set": "all real", "theirs": EPOCHS_REAL.words, **_ours(real)},
    ]
    columns = [
        Column("training_set", "Training set", head=True),
        Column("theirs", "theirs", "count", group="Epochs trained"),
        Column("ours", "ours, median", "level", group="Epochs trained"),
        Column("least", "least", "whole", group="Epochs trained"),
        Column("most", "most", "whole", group="Epochs trained"),
        Column("best", "Best epoch, median", "level"),
        Column("by_patience", "Stopped by patience", "whole"),
        Column("cells", "Cells", "whole"),
    ]
    budget = results.planned.study.budgets.train
    note = (
        "Over every classifier, generator and seed of this study, which are no sample of anything, so that there is a "
        f"range and no interval. A cell trains at most {budget.epochs} epochs, and "
        f"ends after {budget.patience} without a better validation macro-F1; one that its patience did not stop might "
        "have gone on."
    )
    return Table("published-stopping", "Epochs at early stopping (their Figure 6)", columns, rows, note, block=0)


def _ours(cells: Sequence[CellResult]) -> dict[str, Any]:
    epochs = [int(result.summary["epochs"]) for result in cells]
    best = [int(result.summary["best_epoch"]) for result in cells]
    return {
        "ours": statistics.median(epochs) if epochs else None,
        "least": min(epochs, default=None),
        "most": max(epochs, default=None),
        "best": statistics.median(best) if best else None,
        "by_patience": sum(result.summary["stopped_by"] == "patience" for result in cells) if cells else None,
        "cells": len(cells),
    }
