"""The distances that the published study gave for its generators, beside ours, and whether they can be compared."""

from collections.abc import Iterator
from typing import Any

from fer.report.planes import PLANES
from fer.report.published.numbers import FRECHET, JENSEN_SHANNON
from fer.report.published.places import generators_of_models
from fer.report.results import AssessmentResult, StudyResults
from fer.report.runs import first_assessments
from fer.report.tables.distances import COPIES_DO_BETTER
from fer.report.tables.sources import named_source, sources_of
from fer.report.tables.table import Column, Table

OTHER_FEATURES = "no: other features"
OTHER_NUMBER = "roughly: their number of images is not known"
OTHER_BINS = "no: neither their bins nor whether it is a root is known"


def measures_table(results: StudyResults) -> Table:
    """Fréchet and Jensen-Shannon distances, theirs and those of each generator's first assessed run."""
    rows = _rows(results)
    columns = [
        Column("measure", "Measure", head=True),
        Column("generator", "Generator", head=True),
        Column("theirs", "theirs", "count"),
        Column("ours_shown", "ours", "count"),
        Column("floor_shown", "ours, real images", "count"),
        Column("images", "Images, each side", "whole"),
        Column("features", "Our features", "words"),
        Column("comparable", "Comparable", "words"),
    ]
    note = (
        "Real images: held-out real images in place of the samples, in the same number. "
        f"{COPIES_DO_BETTER} Their Fréchet distances are of Inception’s features, and fall with the number of images; "
        "their Jensen-Shannon number is one for all generators, and how it was binned and of which features was not "
        "said, nor whether it is the divergence or its root. Ours is the root, of the divergence in bits, from 0 to 1. "
        "Empty where this study has no assessed generator of that kind."
    )
    return Table("published-measures", "Distances of the samples, theirs and ours", columns, rows, note, block=1)


def beside(results: StudyResults) -> tuple[int, int]:
    """How many of the numbers that they printed have ours beside them, and how many they are."""
    rows = _rows(results)
    printed, ours = (
        {(row["measure"], row["theirs"]) for row in found} for found in (rows, [row for row in rows if row["images"]])
    )
    return len(ours), len(printed)


def _rows(results: StudyResults) -> list[dict[str, Any]]:
    return [*_frechet(results), *_jensen_shannon(results)]


def _frechet(results: StudyResults) -> Iterator[dict[str, Any]]:
    measure = "Fréchet distance"
    generators = generators_of_models(results)
    assessed = {assessment.run.generator: assessment for assessment in first_assessments(results)}
    for model, printed in FRECHET.items():
        ours = assessed.get(generators.get(model, ""))
        if ours is None:
            yield _row(measure, model, printed.words)
            continue
        for source, figures in sources_of(ours).items():
            yield _row(measure, ours.run.generator, printed.words) | {
                "ours": figures["synthetic"]["fid"],
                "ours_shown": f"{figures['synthetic']['fid']:.1f}",
                "floor": figures["real"]["fid"],
                "floor_shown": f"{figures['real']['fid']:.1f}",
                "images": figures["images"],
                "features": named_source(ours, source),
                "comparable": OTHER_NUMBER if source == "inception" else OTHER_FEATURES,
            }


def _jensen_shannon(results: StudyResults) -> Iterator[dict[str, Any]]:
    measure, theirs = "Jensen-Shannon", f"{JENSEN_SHANNON:.4f}"
    assessed = first_assessments(results)
    if not assessed:
        yield _row(measure, "", theirs)
    for assessment in assessed:
        yield from _divergences(assessment, _row(measure, assessment.run.generator, theirs))


def _divergences(assessment: AssessmentResult, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    divergence = assessment.figures["divergence"]
    for plane, name in PLANES.items():
        found = divergence[plane]
        yield row | {
            "ours": found["synthetic"],
            "ours_shown": f"{found['synthetic']:.4f}",
            "floor": found["real"],
            "floor_shown": f"{found['real']:.4f}",
            "images": divergence["images"],
            "features": f"{name}, {found['bins']} bins a side",
            "comparable": OTHER_BINS,
        }


def _row(measure: str, generator: str, theirs: str) -> dict[str, Any]:
    empty = dict.fromkeys(("ours", "ours_shown", "floor", "floor_shown", "images", "features", "comparable"))
    return {"measure": measure, "generator": generator, "theirs": theirs, **empty}
