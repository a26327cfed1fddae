"""How far the samples are from real images: distances in features, beside those of held-out real images."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import inf, sqrt
from typing import Any

from fer.report.results import AssessmentResult, StudyResults
from fer.report.runs import SIDES
from fer.report.tables.runs import run_columns, run_entries
from fer.report.tables.sources import named_source, sources_of
from fer.report.tables.table import Column, Table
from fer.statistics.estimate import Interval, normal_interval
from fer.statistics.shares import share_interval

HEADINGS = {
    "fid": ("Fréchet", "level"),
    "kid": ("KID", "fine"),
    "precision": ("Precision", "score"),
    "recall": ("Recall", "score"),
    "density": ("Density", "score"),
    "coverage": ("Coverage", "score"),
}
WITH_ERROR = ("kid", "precision", "recall", "density", "coverage")
"""Figures with a standard error where all images are compared."""
LIMITS = {"kid": (-inf, inf), "density": (0.0, inf), "coverage": (0.0, 1.0)}
"""What figures can be. KID is without bias, so that it may fall below zero."""
OF_A_CLASS = ("kid", "coverage")
_SIDES = (
    "Real: the same figure of held-out real images in place of the samples, of the same number and beside the same "
    "training images. All real images are distinct; samples may repeat themselves."
)
_ERROR = "± is one standard error."
COPIES_DO_BETTER = (
    "Samples that do better here than held-out images are nearer to the training images than new faces are, which "
    "copies of these are before all: our networks have learned the training images, and tell them from new ones. "
    "Whether it is so stands under memorisation."
)
"""What a figure below its floor means, wherever the floor is of held-out images beside training images."""


def distances_table(results: StudyResults) -> Table | None:
    """One row per run and source of features: how far both sets lie apart."""
    rows = [row for assessment in results.assessments for row in _overall(assessment, ("fid", "kid"))]
    note = (
        f"{_SIDES} Fréchet distance (FID where the features are Inception’s) and KID: smaller is nearer. "
        f"{COPIES_DO_BETTER} {_ERROR} The Fréchet distance has none: it is too large by an amount that falls with the "
        "number of images, which no interval would show; the real one beside it, of as many images, does."
    )
    return _table("distances", "Distance from real images", rows, note, ("fid", "kid"))


def neighbourhoods_table(results: StudyResults) -> Table | None:
    """One row per run and source of features: whose neighbourhoods hold whom."""
    names = ("precision", "recall", "density", "coverage")
    rows = [row for assessment in results.assessments for row in _overall(assessment, names)]
    note = (
        f"{_SIDES} Precision and density: how much of the samples lies among real images; recall and coverage: how "
        f"much of the real images the samples reach. Density may exceed one. {_ERROR} It is for other samples beside "
        "the same training images, but in recall for other training images beside the same samples; that of coverage "
        "errs on the large side. The CSV has 95 % intervals."
    )
    return _table("neighbourhoods", "Samples among real images, and real images among samples", rows, note, names)


def _table(name: str, title: str, rows: Sequence[Mapping[str, Any]], note: str, figures: Iterable[str]) -> Table | None:
    if not rows:
        return None
    leading = run_columns(rows)
    columns = [
        *leading,
        Column("features", "Features of", head=True),
        Column("images", "Images, each side", "whole"),
        *_figure_columns(figures, WITH_ERROR),
    ]
    return Table(name, title, columns, rows, note, len(leading))


def class_distances_table(results: StudyResults) -> Table | None:
    """One row per run, source of features and class."""
    rows = [row for assessment in results.assessments for row in _per_class(assessment)]
    if not rows:
        return None
    leading = run_columns(rows)
    columns = [
        *leading,
        Column("features", "Features of", head=True),
        Column("class", "Class", head=True),
        Column("images", "Images, each side", "whole"),
        *_figure_columns(OF_A_CLASS, ("kid",)),
    ]
    note = (
        "As above, of one class at a time; empty where either side has too few images of a class. A Fréchet distance "
        "means nothing on so few, and coverage moves in steps too large for an error."
    )
    return Table("class-distances", "Distance from real images, per class", columns, rows, note, len(leading) + 1)


def _figure_columns(names: Iterable[str], with_error: Sequence[str]) -> list[Column]:
    return [
        Column(
            f"{name}_{side}",
            shown,
            HEADINGS[name][1],
            group=HEADINGS[name][0],
            spread=f"{name}_error_{side}" if name in with_error else "",
        )
        for name in names
        for side, shown in SIDES.items()
    ]


def _overall(assessment: AssessmentResult, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    for source, found in sources_of(assessment).items():
        row = {**run_entries(assessment.run), "source": source, "features": named_source(assessment, source)}
        row["images"] = found["images"]
        for name in names:
            for side in SIDES:
                row[f"{name}_{side}"] = found[side][name]
                if name in WITH_ERROR:
                    row |= _uncertain(name, side, found[side], found["images"])
        yield row


def _uncertain(name: str, side: str, figures: Mapping[str, float], images: int) -> dict[str, Any]:
    """Standard error and interval of a figure; no error where none of the images says otherwise than the others."""
    value = figures[name]
    interval: Interval | None
    if name in ("precision", "recall"):
        error, interval = sqrt(value * (1 - value) / images), share_interval(value, images)
    else:
        error = figures[f"{name}_error"]
        interval = normal_interval(value, error, *LIMITS[name]) if error else None
    return {
        f"{name}_error_{side}": error or None,
        f"{name}_{side}_low": interval and interval.low,
        f"{name}_{side}_high": interval and interval.high,
    }


def _per_class(assessment: AssessmentResult) -> Iterator[dict[str, Any]]:
    for source, distances in sources_of(assessment).items():
        for class_name, found in distances["per_class"].items():
            row = {**run_entries(assessment.run), "source": source, "features": named_source(assessment, source)}
            row |= {"class": class_name, "images": found["images"] if found else 0}
            yield row | {
                f"{name}_{side}": found[side][name] if found else None
                for name in (*OF_A_CLASS, "kid_error")
                for side in SIDES
            }
