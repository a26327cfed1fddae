"""The sample sheets of the page: real images once, then each generator's samples."""

from collections.abc import Iterator
from dataclasses import dataclass

from fer.report.results import StudyResults
from fer.report.runs import first_assessments, run_in_words

MOST_BESIDE = 1160
"""Pixels across a sheet that stands beside another."""


@dataclass(frozen=True)
class Sheet:
    """A picture of images with their classes in rows."""

    name: str
    """Of its file and its anchor."""
    description: str
    caption: str
    png: bytes

    @property
    def width(self) -> int:
        """Its pixels across, from the file's header (PNG specification, section 11.2.2); names are 16 of them high."""
        return int.from_bytes(self.png[16:20], "big")

    @property
    def wide(self) -> bool:
        """Whether half of the page's width would make its names too small."""
        return self.width > MOST_BESIDE


def sample_sheets(results: StudyResults) -> Iterator[Sheet]:
    """Real test images, and for every generator the samples of its first assessed run.

    Where a generator is not assessed yet, the last sheets of its networks' training stand in for them.
    """
    rows = f"Classes in rows: {', '.join(results.planned.classes)}."
    if results.assessments:
        png = results.assessments[0].real_sheet
        yield Sheet(
            "sheet-real", f"Sheet of real test images. {rows}", "Real test images, the first of each class.", png
        )
    for number, generator in enumerate(results.planned.study.generators, start=1):
        assessed = next((item for item in results.assessments if item.run.generator == generator), None)
        if assessed is not None:
            caption = f"{generator}, {run_in_words(assessed.run)}: the first samples of each class."
            yield Sheet(f"sheet-{number}", f"Sheet of samples of {generator}. {rows}", caption, assessed.sheet)
            continue
        networks = [item for item in results.networks if item.run.generator == generator and item.sheet is not None]
        for place, network in enumerate((item for item in networks if item.run == networks[0].run), start=1):
            shown = network.class_name or "all classes"
            caption = f"{generator}, {run_in_words(network.run)}, {shown}: samples at the end of its training."
            description = f"Sheet of samples of {generator}, {shown}, at the end of its training."
            yield Sheet(f"sheet-{number}-{place}", description, caption, network.sheet or b"")


def pair_sheets(results: StudyResults) -> Iterator[Sheet]:
    """For the first assessed run of every generator its closest pairs of a sample and a training image."""
    for number, assessment in enumerate(first_assessments(results), start=1):
        generator = assessment.run.generator
        yield Sheet(
            f"pairs-{number}",
            f"Samples of {generator}, each above the real training image nearest to it, the closest pairs of all.",
            f"{generator}, {run_in_words(assessment.run)}: the samples nearest to a training image, each above that "
            "image.",
            assessment.pairs,
        )
