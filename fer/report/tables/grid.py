"""The grid: scores on the test images, official and leak-free, for every training set that the study asks for."""

from functools import lru_cache
from typing import Any

from fer.report.evidence import mean_of
from fer.report.notes import HELD_OUT, SPREAD_OF_ONE, seeds_shown
from fer.report.results import StudyResults
from fer.report.summary import Group, groups_of
from fer.report.tables.table import Column, Table
from fer.report.verdicts import mean_entries

MORE = ("accuracy", "accuracy_leak_free", "auroc", "auroc_leak_free")
"""Scores that stand in a table of their own."""
INTERVALS_OF = ("macro_f1", "macro_f1_leak_free", *MORE)
"""Scores whose mean has an interval: those on test images, which are resampled."""


def grid_table(results: StudyResults) -> Table | None:
    """One row per classifier, training set, ratio and volume: macro-F1, means over seeds with spread and interval.

    Its CSV holds the scores of ``more_scores_table`` too.
    """
    groups = groups_of(results)
    if not groups:
        return None
    return Table(
        name="grid",
        title="Macro-F1 on the test images",
        columns=[
            *_leading(groups),
            Column("trained", "Trained on", "whole"),
            *_with_interval("macro_f1", "official", "Macro-F1"),
            *_with_interval("macro_f1_leak_free", "leak-free", "Macro-F1"),
            Column("seeds_shown", "Seeds"),
        ],
        rows=_rows(results),
        note=_note(results, groups),
        block=2,
    )


def more_scores_table(results: StudyResults) -> Table | None:
    """The same rows with accuracy and AUROC, where any cell is finished."""
    groups = groups_of(results)
    if not any(group.finished for group in groups):
        return None
    return Table(
        name="grid-accuracy",
        title="Accuracy and AUROC on the test images",
        columns=[
            *_leading(groups),
            *_with_interval("accuracy", "official", "Accuracy"),
            *_with_interval("accuracy_leak_free", "leak-free", "Accuracy"),
            *_with_interval("auroc", "official", "AUROC"),
            *_with_interval("auroc_leak_free", "leak-free", "AUROC"),
            Column("seeds_shown", "Seeds"),
        ],
        rows=[
            {key: value for key, value in row.items() if not key.startswith(("macro_f1", "validation"))}
            for row in _rows(results)
        ],
        note="As above. AUROC is the mean over classes, each against the rest.",
        block=2,
    )


def _leading(groups: list[Group]) -> list[Column]:
    volumes = any(group.volume > 1 for group in groups)
    return [
        Column("classifier", "Classifier", head=True),
        Column("training_set", "Training set", head=True),
        Column("ratio", "Real ratio", "ratio", head=True),
        *([Column("volume", "Volume", "whole", head=True)] if volumes else []),
    ]


def _with_interval(name: str, heading: str, group: str) -> list[Column]:
    return [
        Column(name, heading, "score", group=group, spread=f"{name}_sd"),
        Column(f"{name}_interval", "95 % interval", "count", group=group),
    ]


@lru_cache(maxsize=1)  # for both tables: each interval is a resampling
def _rows(results: StudyResults) -> list[dict[str, Any]]:
    return [_row(results, group) for group in groups_of(results)]


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
    for name in (*INTERVALS_OF, "validation_macro_f1"):
        summary = group.score(name)
        row[name] = summary and summary.mean
        row[f"{name}_sd"] = summary and summary.sd
        row[f"{name}_smallest"] = summary and summary.low
        row[f"{name}_largest"] = summary and summary.high
        if name in INTERVALS_OF:
            row |= mean_entries(name, mean_of(results, group, name))
    return row


def _note(results: StudyResults, groups: list[Group]) -> str:
    note = (
        "Leak-free leaves out the test images that also occur, pixel for pixel, in training or validation. “Real "
        f"alone” is the control: the same real images with nothing beside them. {HELD_OUT}"
    )
    if len(results.planned.study.seeds) > 1:
        note += " Means over seeds, ± one standard deviation between seeds."
    if any(group.of_one_generator for group in groups):
        note += f" {SPREAD_OF_ONE}"
    return note
