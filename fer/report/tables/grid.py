"""The grid: scores on the test images, official and leak-free, for every training set that the study asks for."""

from typing import Any

from fer.report.evidence import mean_of
from fer.report.notes import HELD_OUT, SPREAD_OF_ONE, seeds_shown
from fer.report.results import StudyResults
from fer.report.summary import Group, groups_of
from fer.report.tables.table import Column, Table
from fer.report.verdicts import mean_entries

NAMES = ("macro_f1", "macro_f1_leak_free", "accuracy", "accuracy_leak_free", "auroc", "validation_macro_f1")

INTERVALS_OF = ("macro_f1", "macro_f1_leak_free", "accuracy", "accuracy_leak_free", "auroc")
"""Scores whose mean has an interval: the table shows the first one’s, the CSV has all."""


def grid_table(results: StudyResults) -> Table | None:
    """One row per classifier, training set, ratio and volume: means over seeds with their spread."""
    groups = groups_of(results)
    if not groups:
        return None
    volumes = any(group.volume > 1 for group in groups)
    return Table(
        name="grid",
        title="Scores on the test images",
        columns=[
            Column("classifier", "Classifier", head=True),
            Column("training_set", "Training set", head=True),
            Column("ratio", "Real ratio", "ratio", head=True),
            *([Column("volume", "Volume", "whole", head=True)] if volumes else []),
            Column("trained", "Trained on", "whole"),
            Column("macro_f1", "official", "score", group="Macro-F1", spread="macro_f1_sd"),
            Column("macro_f1_interval", "95 % interval", "count", group="Macro-F1"),
            Column("macro_f1_leak_free", "leak-free", "score", group="Macro-F1", spread="macro_f1_leak_free_sd"),
            Column("accuracy", "official", "score", group="Accuracy", spread="accuracy_sd"),
            Column("accuracy_leak_free", "leak-free", "score", group="Accuracy", spread="accuracy_leak_free_sd"),
            Column("auroc", "AUROC", "score", spread="auroc_sd"),
            Column("seeds_shown", "Seeds"),
        ],
        rows=[_row(results, group) for group in groups],
        note=_note(results, groups),
        block=2,
    )


def _row(results: StudyResults, group: Group) -> dict[str, Any]:
    row: dict[str, Any] = {
        "classifier": group.classifier,
        "training_set": group.training_set,
        "ratio": group.ratio,
        "volume": group.volume,
        "real_images": group.real_images(results.planned.train_size),
        "trained": group.trained,
        "seeds": len(group.finished),
        "seeds_planned": len(group.planned),
    }
    done, planned = len(group.finished), len(group.planned)
    row["seeds_shown"] = seeds_shown(str(done) if done == planned else f"{done} of {planned}", group)
    for name in NAMES:
        summary = group.score(name)
        row[name] = summary and summary.mean
        row[f"{name}_sd"] = summary and summary.sd
        row[f"{name}_low"] = summary and summary.low
        row[f"{name}_high"] = summary and summary.high
    for name in INTERVALS_OF:
        row |= mean_entries(name, mean_of(results, group, name))
    return row


def _note(results: StudyResults, groups: list[Group]) -> str:
    note = (
        "Leak-free leaves out the test images that also occur, pixel for pixel, in training or validation. “Real "
        f"alone” is the control: the same real images with nothing beside them. {HELD_OUT} tables/grid.csv has the "
        "intervals of all these means."
    )
    if len(results.planned.study.seeds) > 1:
        note += " Means over seeds, ± one standard deviation between seeds."
    if any(group.of_one_generator for group in groups):
        note += f" {SPREAD_OF_ONE}"
    return note
