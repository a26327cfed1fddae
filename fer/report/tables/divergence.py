"""Jensen-Shannon distance of samples and real images in the plane of t-SNE and of the principal components."""

from collections.abc import Iterator, Mapping
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
    yield _row(assessment, "all", divergence["images"], planes)
    for class_name, own in planes["tsne"]["per_class"].items():  # as many images in all planes
        of_class = {plane: found["per_class"][class_name] for plane, found in planes.items()}
        yield _row(assessment, class_name, own and own["images"], of_class)


def _row(
    assessment: AssessmentResult, class_name: str, images: int | None, values: Mapping[str, Mapping[str, Any] | None]
) -> dict[str, Any]:
    row = {**run_entries(assessment.run), "class": class_name, "images": images}
    for plane, value in values.items():
        row |= {f"{plane}_{side}": value and value[side] for side in SIDES}
        row[f"{plane}_bins"] = assessment.figures["divergence"][plane]["bins"]
    return row


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
