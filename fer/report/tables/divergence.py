"""Jensen-Shannon distance of samples and real images in the plane of t-SNE and of the principal components."""

from collections.abc import Iterator
from typing import Any

from fer.report.planes import PLANES
from fer.report.results import AssessmentResult, StudyResults
from fer.report.runs import SIDES
from fer.report.tables.runs import run_columns, run_entries
from fer.report.tables.table import Column, Table


def divergence_table(results: StudyResults) -> Table | None:
    """One row per run, for all images and for each class."""
    rows = [row for assessment in results.assessments for row in _rows(assessment)]
    if not rows:
        return None
    leading = run_columns(rows)
    columns = [
        *leading,
        Column("class", "Class", head=True),
        Column("images", "Images, each side", "whole"),
        *(
            Column(f"{plane}_{side}", shown, "score", group=name)
            for plane, name in PLANES.items()
            for side, shown in SIDES.items()
        ),
    ]
    return Table("divergence", "Jensen-Shannon distance", columns, rows, _note(results), len(leading))


def _rows(assessment: AssessmentResult) -> Iterator[dict[str, Any]]:
    divergence = assessment.figures["divergence"]
    planes = {plane: divergence[plane] for plane in PLANES}
    for class_name in ("all", *planes["tsne"]["per_class"]):
        own = divergence if class_name == "all" else planes["tsne"]["per_class"][class_name]  # alike in all planes
        row = {**run_entries(assessment.run), "class": class_name, "images": own["images"] if own else None}
        for plane, found in planes.items():
            value = found if class_name == "all" else found["per_class"][class_name]
            row |= {f"{plane}_{side}": value[side] if value else None for side in SIDES}
            row[f"{plane}_bins"] = found["bins"]
        yield row


def _note(results: StudyResults) -> str:
    used = [assessment.figures["divergence"] for assessment in results.assessments]
    bins = " or ".join(str(number) for number in sorted({found[plane]["bins"] for found in used for plane in PLANES}))
    return (
        "Base 2: 0 where both are spread alike, 1 where they nowhere meet. Real: held-out real images in place of "
        f"the samples. Counted in a grid of {bins} equal bins a side. The distance grows with finer bins and fewer "
        "images, as the figures show, so that it says something only beside the real one in the same row: a class with "
        "fewer images lies farther off in both. Classes with too few images have none. There are no intervals: "
        "other images would lie in another plane, and the distance is too large by an amount that falls with their "
        "number, which no interval would show; the real one beside it, of as many images, does."
    )
