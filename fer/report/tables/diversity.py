"""How much samples of one class differ from each other, beside real images."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from fer.report.format import between, score, share
from fer.report.results import AssessmentResult, StudyResults
from fer.report.runs import SIDES
from fer.report.tables.runs import run_columns, run_entries
from fer.report.tables.table import Column, Table
from fer.statistics.estimate import Interval, normal_interval
from fer.statistics.ratio import ratio_interval


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
        Column("synthetic_interval", "95 % interval", "count", group="Mean distance"),
        Column("real", "real", "score", group="Mean distance"),
        Column("real_interval", "95 % interval", "count", group="Mean distance"),
        Column("relative", "share", "share", group="Samples to real"),
        Column("relative_interval", "95 % interval", "count", group="Samples to real"),
    ]
    note = (
        "Mean distance of the features of two images of one class. A generator that draws few faces of a class again "
        "and again falls short of real images here. Intervals are for other samples of this generator and other real "
        "images, in the same numbers (a jackknife over images, since each is in many pairs)."
    )
    return Table("diversity", "Diversity within classes", columns, rows, note, len(leading))


def _rows(assessment: AssessmentResult) -> Iterator[dict[str, Any]]:
    diversity = assessment.figures["diversity"]
    for class_name, found in (("all", diversity), *diversity["per_class"].items()):
        row = {**run_entries(assessment.run), "class": class_name, "images": found["images"] if found else 0}
        for side in SIDES:
            row |= {side: found and found[side], **_interval(side, _of_side(found, side), score)}
        row["relative"] = found["synthetic"] / found["real"] if found and found["real"] else None
        yield row | _interval("relative", _relative(found), share)


def _of_side(found: Mapping[str, Any] | None, side: str) -> Interval | None:
    """None where the error is not known, and where all images are the same, which tells nothing of others."""
    if found is None or not found[f"{side}_error"]:
        return None
    return normal_interval(found[side], found[f"{side}_error"], least=0.0)


def _relative(found: Mapping[str, Any] | None) -> Interval | None:
    """None where an error is not known, or a side has no diversity at all."""
    if found is None or any(not found[side] or found[f"{side}_error"] is None for side in SIDES):
        return None
    return ratio_interval(found["synthetic"], found["synthetic_error"], found["real"], found["real_error"])


def _interval(name: str, interval: Interval | None, spell: Callable[[float], str]) -> dict[str, Any]:
    return {
        f"{name}_interval": interval and between(interval, spell),
        f"{name}_low": interval and interval.low,
        f"{name}_high": interval and interval.high,
    }
