"""Whether samples are training images in disguise: distances to the nearest one, beside those of held-out images."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fer.metrics.comparison import LEAST_IMAGES
from fer.recipes import is_folder
from fer.report.results import AssessmentResult, StudyResults
from fer.report.tables.runs import run_columns, run_entries
from fer.report.tables.table import Column, Table


def memorisation_table(results: StudyResults) -> Table | None:
    """One row per run and space."""
    rows = [row for assessment in results.assessments for row in _rows(results, assessment)]
    if not rows:
        return None
    leading = run_columns(rows)
    columns = [
        *leading,
        Column("space", "Distance in", head=True),
        Column("images", "Images, each side", "whole"),
        Column("training", "Training images", "whole"),
        Column("median_synthetic", "samples", "score", group="Median distance to nearest"),
        Column("median_real", "real", "score", group="Median distance to nearest"),
        Column("threshold", "nearer than", "score", group="Near copies"),
        Column("near_synthetic", "samples", "share", group="Near copies"),
        Column("near_real", "real", "share", group="Near copies"),
        Column("auc", "AUC", "score", group="Membership", spread="auc_error"),
        Column("tested", "Images tested", "count", group="Membership"),
    ]
    note = (
        "For each sample the distance to the nearest real training image, and the same for held-out real images: "
        "copies lie nearer, but so do samples that are blurred or alike. In pixels it is the root mean square "
        "difference in grey levels. Near copies are as near as the nearest hundredth of one half of the held-out "
        "images; the share of real ones is that of the other half. Membership: how well the distance to the nearest of "
        "all assessed samples tells training images that the generator saw from held-out ones; 0.5 is chance, 1 gives "
        f"every one of them away, and there is none with fewer than {LEAST_IMAGES} of them. The features’ network "
        "knows the training images, so that an area below 0.5 there is its own doing."
        f"{_of_folders(rows)}"
    )
    return Table("memorisation", "Memorisation", columns, rows, note, len(leading))


def _of_folders(rows: Sequence[Mapping[str, Any]]) -> str:
    """What membership means where nobody knows which images a generator saw."""
    names = list(dict.fromkeys(row["generator"] for row in rows if not row["seen_is_known"]))
    if not names:
        return ""
    return (
        f" What the makers of {' and '.join(names)} had seen is not known: membership is tested as if it had been all "
        "training images (“assumed”), and 0.5 may only mean that they were others."
    )


def _rows(results: StudyResults, assessment: AssessmentResult) -> Iterator[dict[str, Any]]:
    known = not is_folder(results.planned, assessment.run.generator)
    for space, found in assessment.figures["memorisation"].items():
        near, membership = found["near_copies"], found["membership"]
        yield {
            **run_entries(assessment.run),
            "space": space,
            "images": found["images"],
            "training": found["training"],
            "median_synthetic": found["synthetic"]["median"],
            "median_real": found["real"]["median"],
            "threshold": near["threshold"],
            "near_synthetic": near["synthetic"],
            "near_real": near["real"],
            "auc": membership["auc"],
            "auc_error": membership["auc_error"],
            "members": membership["members"],
            "others": membership["others"],
            "seen_is_known": known,
            "tested": f"{membership['members']:,}{'' if known else ' assumed'} + {membership['others']:,}",
        }
