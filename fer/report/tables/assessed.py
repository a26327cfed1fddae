"""The tables of the assessments: counts, pixel statistics and copies, one row per generator run (and class)."""

from collections.abc import Iterator, Mapping
from typing import Any

from fer.recipes import GeneratorRun
from fer.report.format import whole
from fer.report.results import StudyResults
from fer.report.tables.table import Column, Table

STATISTICS = ("mean", "contrast", "saturated", "mean_image_distance")
_RUN = (Column("generator", "Generator", head=True), Column("seed", "Seed", head=True))


def counts_table(results: StudyResults) -> Table | None:
    """Samples of each class, with what was asked for where it differs."""
    rows = [{**_run(assessment.run), **_counts(assessment.figures["counts"])} for assessment in results.assessments]
    if not rows:
        return None
    columns = [
        *_RUN,
        *_ratio_column(rows),
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
        Column(f"{name}_{side}", side, kinds[name], group=headings[name])
        for name in STATISTICS
        for side in ("synthetic", "real")
    ]
    columns = [
        *_RUN,
        *_ratio_column(rows),
        Column("class", "Class", head=True),
        Column("images", "Images, each side", "whole"),
        *figures,
    ]
    note = (
        "In grey levels (0 to 255), beside the same figure of as many held-out real images. Contrast is the standard "
        "deviation within an image; saturated pixels are exactly 0 or 255; the last figure is the root mean square "
        "distance from the mean training image, where the real side shows how far real images stray at this number."
    )
    block = len(_RUN) + len(_ratio_column(rows))
    return Table("pixels", "Pixel statistics", columns, rows, note, block)


def copies_table(results: StudyResults) -> Table | None:
    """Exact copies and repeated samples."""
    rows = [{**_run(assessment.run), **_copies(assessment.figures["copies"])} for assessment in results.assessments]
    if not rows:
        return None
    columns = [
        *_RUN,
        *_ratio_column(rows),
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
        "samples and validation and test images: real data sets have both."
    )
    return Table("copies", "Exact copies", columns, rows, note)


def _run(run: GeneratorRun) -> dict[str, Any]:
    return {"generator": run.generator, "seed": run.seed, "ratio": run.ratio}


def _ratio_column(rows: list[dict[str, Any]]) -> list[Column]:
    matched = any(row["ratio"] is not None for row in rows)
    return [Column("ratio", "Serves ratio", "ratio", head=True)] if matched else []


def _counts(counts: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name, asked in counts["asked"].items():
        made = counts["made"][name]
        row |= {f"{name}_asked": asked, f"{name}_made": made}
        row[f"{name}_shown"] = whole(made) if made == asked else f"{whole(made)} of {whole(asked)}"
    return row


def _pixel_rows(run: GeneratorRun, pixels: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name, figures in (("all", pixels["overall"]), *pixels["per_class"].items()):
        row = {**_run(run), "class": name, "images": figures["images"] if figures else 0}
        for figure in STATISTICS:
            for side in ("synthetic", "real"):
                row[f"{figure}_{side}"] = figures[side][figure] if figures else None
        yield row


def _copies(copies: Mapping[str, Any]) -> dict[str, Any]:
    equal = copies["equal_number"]
    return {
        **{name: copies[name] for name in ("images", "of_training", "of_real", "duplicates")},
        "equal_images": equal["images"],
        **{f"{side}_{name}": value for side in ("synthetic", "real") for name, value in equal[side].items()},
    }
