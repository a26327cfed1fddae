"""How much samples of one class differ from each other, beside real images."""

from collections.abc import Iterator
from typing import Any

from fer.report.results import AssessmentResult, StudyResults
from fer.report.runs import SIDES
from fer.report.tables.runs import run_columns, run_entries
from fer.report.tables.table import Column, Table


def diversity_table(results: StudyResults) -> Table | None:
    """One row per run, over all classes and for each."""
    rows = [row for assessment in results.assessments for row in _rows(assessment)]
    if not rows:
        return None
    leading = run_columns(rows)
    columns = [
        *leading,
        Column("class", "Class", head=True),
        Column("images", "Images, each side", "whole"),
        Column("synthetic", "samples", "score", group="Mean distance"),
        Column("real", "real", "score", group="Mean distance"),
        Column("relative", "Samples to real", "share"),
    ]
    note = (
        "Mean distance of the features of two images of one class. A generator that draws few faces of a class again "
        "and again falls short of real images here. It has no interval: images are in many pairs at "
        "once, and how far the means of other samples would lie from these is not looked at."
    )
    return Table("diversity", "Diversity within classes", columns, rows, note, len(leading))


def _rows(assessment: AssessmentResult) -> Iterator[dict[str, Any]]:
    diversity = assessment.figures["diversity"]
    for class_name, found in (("all", diversity), *diversity["per_class"].items()):
        row = {**run_entries(assessment.run), "class": class_name}
        row |= {name: found[name] if found else None for name in SIDES}
        row["images"] = found["images"] if found else 0
        row["relative"] = found["synthetic"] / found["real"] if found and found["real"] else None
        yield row
