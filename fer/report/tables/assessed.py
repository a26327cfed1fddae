"""The tables of the assessments: counts, pixel statistics and copies, one row per generator run (and class)."""

from collections.abc import Iterator, Mapping
from typing import Any

from fer.recipes import GeneratorRun
from fer.report.format import whole
from fer.report.results import StudyResults
from fer.report.runs import SIDES
from fer.report.tables.runs import run_columns, run_entries
from fer.report.tables.table import Column, Table

STATISTICS = ("mean", "contrast", "saturated", "mean_image_distance")


def counts_table(results: StudyResults) -> Table | None:
    """Samples of each class, with what was asked for where it differs."""
    rows = [
        {**run_entries(assessment.run), **_counts(assessment.figures["counts"])} for assessment in results.assessments
    ]
    if not rows:
        return None
    columns = [
        *run_columns(rows),
        *(Column(f"{name}_shown", name, "count") for name in results.planned.classes),
    ]
    return Table("counts", "Samples per class", columns, rows, "Where other than what was asked for, both are given.")


def pixels_table(results: StudyResults) -> Table | None:
    """Pixel statistics beside those of as many held-out real images, overall and per class."""
    rows = [
        row for assessment in results.assessments for row in _pixel_rows(assessment.run, assessment.figures["pixels"])
    ]
    if not rows:
        return None
    kinds = {"mean": "level", "contrast": "level", "saturated": "share", "mean_image_distance": "level"}
    headings = {
        "mean": "Mean",
        "contrast": "Contrast",
        "saturated": "Saturated",
        "mean_image_distance": "Mean image’s distance",
    }
    figures = [
        Column(f"{name}_{side}", shown, kinds[name], group=headings[name])
        for name in STATISTICS
        for side, shown in SIDES.items()
    ]
    columns = [
        *run_columns(rows),
        Column("class", "Class", head=True),
        Column("images", "Images, each side", "whole"),
        *figures,
    ]
    note = (
        "In grey levels (0 to 255), beside the same figure of as many held-out real images. Contrast is the standard "
        "deviation within an image; saturated pixels are exactly 0 or 255; the last figure is the root mean square "
        "distance from the mean training image, where the real side shows how far real images stray at this number."
    )
    return Table("pixels", "Pixel statistics", columns, rows, note, len(run_columns(rows)))


def copies_table(results: StudyResults) -> Table | None:
    """Exact copies and repeated samples."""
    rows = [
        {**run_entries(assessment.run), **_copies(assessment.figures["copies"])} for assessment in results.assessments
    ]
    if not rows:
        return None
    columns = [
        *run_columns(rows),
        Column("images", "Samples", "whole"),
        Column("of_training", "of training images", "whole", group="Exact copies"),
        Column("of_real", "of any real image", "whole", group="Exact copies"),
        Column("duplicates", "Repeated samples", "whole"),
        Column("equal_images", "Images", "whole", group="At an equal number"),
        Column("synthetic_of_training", "copies, samples", "whole", group="At an equal number"),
        Column("real_of_training", "copies, real", "whole", group="At an equal number"),
        Column("synthetic_duplicates", "repeated, samples", "whole", group="At an equal number"),
        Column("real_duplicates", "repeated, real", "whole", group="At an equal number"),
    ]
    note = (
        "Equal pixel for pixel. The right half counts copies of training images and repetitions among equally many "
        "samples and held-out real images. These were freed of both, so that every copy is the generator’s: what the "
        "data set itself repeats or leaks is in its audit."
    )
    return Table("copies", "Exact copies", columns, rows, note)


def _counts(counts: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name, asked in counts["asked"].items():
        made = counts["made"][name]
        row |= {f"{name}_asked": asked, f"{name}_made": made}
        row[f"{name}_shown"] = whole(made) if made == asked else f"{whole(made)} of {whole(asked)}"
    return row


def _pixel_rows(run: GeneratorRun, pixels: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name, figures in (("all", pixels["overall"]), *pixels["per_class"].items()):
        row = {**run_entries(run), "class": name, "images": figures["images"] if figures else 0}
        for figure in STATISTICS:
            for side in SIDES:
                row[f"{figure}_{side}"] = figures[side][figure] if figures else None
        yield row


def _copies(copies: Mapping[str, Any]) -> dict[str, Any]:
    equal = copies["equal_number"]
    return {
        **{name: copies[name] for name in ("images", "of_training", "of_real", "duplicates")},
        "equal_images": equal["images"],
        **{f"{side}_{name}": value for side in SIDES for name, value in equal[side].items()},
    }
