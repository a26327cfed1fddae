"""Generator runs as figures and sheets name them: the first assessed one of each generator stands for all."""

from collections.abc import Sequence

from fer.recipes import GeneratorRun
from fer.report.results import AssessmentResult, StudyResults

SIDES = {"synthetic": "samples", "real": "real"}
"""The two sides of an assessment's figures, and what they are called on the page."""


def first_assessments(results: StudyResults) -> Sequence[AssessmentResult]:
    """The first assessed run of each generator, in the study's order."""
    found: dict[str, AssessmentResult] = {}
    for assessment in results.assessments:
        found.setdefault(assessment.run.generator, assessment)
    return list(found.values())


def run_in_words(run: GeneratorRun) -> str:
    """A run without its generator."""
    return f"seed {run.seed}" if run.ratio is None else f"seed {run.seed}, for ratio {run.ratio:g}"
