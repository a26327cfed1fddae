"""Whether samples show the label that was asked for, as classifiers of real images read them."""

from typing import Any

from fer.report.format import between, share
from fer.report.labels import READERS, most_read, unshown
from fer.report.results import AssessmentResult, StudyResults
from fer.report.tables.runs import run_columns, run_entries
from fer.report.tables.table import Column, Table
from fer.statistics.shares import share_interval

SOUND = "as asked for"


def fidelity_table(results: StudyResults) -> Table | None:
    """Two rows per run: the reader, whose figure counts, and the judge beside it."""
    rows = [_row(results, assessment, role) for assessment in results.assessments for role in READERS]
    if not rows:
        return None
    leading = run_columns(rows)
    columns = [
        *leading,
        Column("role", "Read by", head=True),
        Column("classifier", "Classifier"),
        Column("images", "Samples", "whole"),
        Column("agreement", "samples", "share", group="Label asked for is read"),
        Column("agreement_interval", "95 % interval", "count", group="Label asked for is read"),
        Column("real", "real", "share", group="Label asked for is read"),
        Column("real_interval", "95 % interval", "count", group="Label asked for is read"),
        Column("chance", "by chance", "share", group="Label asked for is read"),
        Column("real_images", "Real images", "whole"),
        Column("mostly_read", "samples", group="Mostly read as"),
        Column("real_mostly_read", "real", group="Mostly read as"),
        Column("labels", "Labels", "words"),
    ]
    note = (
        "Both are trained on all real training images. The reader’s figure is the one that counts: the judge chose "
        "the generator’s weights, and may have chosen what pleases it. Real: how often they read the label of "
        "held-out real images, which is the most that samples need reach. By chance: were labels to say nothing. "
        "Mostly read as: the class that most images are taken for, whatever was asked for. Labels: “as asked for” "
        "where they are read better than shuffled ones would be, by three standard errors, and no other assignment of "
        "classes fits better, but not of classes whose samples are read as them no more often than other real images "
        "are; else what is wrong, or why it cannot be checked. "
        "Intervals (Wilson’s) are for other samples and other real images, with this generator and this network."
    )
    return Table("fidelity", "Label fidelity", columns, rows, note, len(leading))


def _row(results: StudyResults, assessment: AssessmentResult, role: str) -> dict[str, Any]:
    found = assessment.figures["fidelity"][role]
    real = found["real"]
    return {
        **run_entries(assessment.run),
        "role": role,
        "classifier": found["classifier"],
        "images": found["images"],
        "agreement": found["agreement"],
        **_interval("agreement", found["agreement"], found["images"]),
        "chance": found["chance"],
        "real": real["agreement"],
        **_interval("real", real["agreement"], real["images"]),
        "real_images": real["images"],
        **_mostly("mostly_read", found["confusion"], results.planned.classes),
        **_mostly("real_mostly_read", real["confusion"], results.planned.classes),
        "labels": found["label_fault"] or _sound(unshown(found, role, results.planned.classes)),
    }


def _sound(unshown_classes: list[str]) -> str:
    return f"{SOUND}, but not of {' and '.join(unshown_classes)}" if unshown_classes else SOUND


def _mostly(name: str, confusion: list[list[int]], classes: tuple[str, ...]) -> dict[str, Any]:
    read, taken = most_read(confusion, classes)
    return {name: f"{read}, {share(taken)}", f"{name}_share": taken}


def _interval(name: str, share_read: float, images: int) -> dict[str, Any]:
    interval = share_interval(share_read, images)
    return {
        f"{name}_interval": between(interval, share),
        f"{name}_low": interval.low,
        f"{name}_high": interval.high,
    }
