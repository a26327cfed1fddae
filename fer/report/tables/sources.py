"""Whose features the distances of an assessment are taken in."""

from collections.abc import Mapping
from typing import Any

from fer.report.results import AssessmentResult


def sources_of(assessment: AssessmentResult) -> dict[str, Mapping[str, Any]]:
    """Distances by source of features; Inception only where the study names its weights."""
    return {source: figures for source, figures in assessment.figures["distances"].items() if figures is not None}


def named_source(assessment: AssessmentResult, source: str) -> str:
    """A source with the network behind it."""
    if source == "inception":
        return "Inception"
    classifier = assessment.figures["networks"][source]["classifier"]
    return f"{classifier}, the judge" if source == "judge" else str(classifier)
