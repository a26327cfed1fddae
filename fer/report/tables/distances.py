"""How far the samples are from real images: distances in features, beside those of held-out real images."""

from collections.abc import Iterable, Iterator
from typing import Any

from fer.report.results import AssessmentResult, StudyResults
from fer.report.runs import SIDES
from fer.report.tables.runs import run_columns, run_entries
from fer.report.tables.sources import named_source, sources_of
from fer.report.tables.table import Column, Table

HEADINGS = {
    "fid": ("Fréchet", "level"),
    "kid": ("KID", "fine"),
    "precision": ("Precision", "score"),
    "recall": ("Recall", "score"),
    "density": ("Density", "score"),
    "coverage": ("Coverage", "score"),
}
OF_A_CLASS = ("kid", "coverage")
_SIDES = (
    "Real: the same figure of held-out real images in place of the samples, of the same number and beside the same "
    "training images. All real images are distinct; samples may repeat themselves."
)
COPIES_DO_BETTER = (
    "Samples that do better here than held-out images are nearer to the training images than new faces are, which "
    "copies of these are before all: our networks have learned the training images, and tell them from new ones. "
    "Whether it is so stands under memorisation."
)
"""What a figure below its floor means, wherever the floor is of held-out images beside training images."""


def distances_table(results: StudyResults) -> Table | None:
    """One row per run and source of features."""
    rows = [row for assessment in results.assessments for row in _overall(assessment)]
    if not rows:
        return None
    leading = run_columns(rows)
    columns = [
        *leading,
        Column("features", "Features of", head=True),
        Column("images", "Images, each side", "whole"),
        *_figure_columns(HEADINGS),
    ]
    note = (
        f"{_SIDES} Fréchet distance (FID where the features are Inception’s) and KID, with its error: smaller is "
        f"nearer. {COPIES_DO_BETTER} Precision and density: how much of the samples lies among real images; recall and "
        "coverage: how much of the real images the samples reach. Density may exceed one."
    )
    return Table("distances", "Distance from real images", columns, rows, note, len(leading))


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
        *_figure_columns(OF_A_CLASS),
    ]
    note = (
        "As above, of one class at a time; empty where either side has too few images of a class. A Fréchet distance "
        "means nothing on so few."
    )
    return Table("class-distances", "Distance from real images, per class", columns, rows, note, len(leading) + 1)


def _figure_columns(names: Iterable[str]) -> list[Column]:
    return [
        Column(
            f"{name}_{side}",
            shown,
            HEADINGS[name][1],
            group=HEADINGS[name][0],
            spread=f"kid_error_{side}" if name == "kid" else "",
        )
        for name in names
        for side, shown in SIDES.items()
    ]


def _overall(assessment: AssessmentResult) -> Iterator[dict[str, Any]]:
    for source, found in sources_of(assessment).items():
        row = {**run_entries(assessment.run), "source": source, "features": named_source(assessment, source)}
        row["images"] = found["images"]
        yield row | {f"{name}_{side}": found[side][name] for name in (*HEADINGS, "kid_error") for side in SIDES}


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
